// SPDX-License-Identifier: Apache-2.0

/// One sample of a series.
public struct Point: Hashable, Sendable {
    public let time: Timestamp
    public let value: Double

    public init(time: Timestamp, value: Double) {
        self.time = time
        self.value = value
    }

    public var isStale: Bool { value.bitPattern == StaleMarker.bitPattern }
}

/// The NaN that says "this series ended here" (Prometheus's staleness marker). Ordinary NaN is a value.
public enum StaleMarker {
    public static let bitPattern: UInt64 = 0x7FF0_0000_0000_0002
    public static let value = Double(bitPattern: bitPattern)
}

/// A series and its points, oldest first, stale markers among them.
public struct SeriesPoints: Sendable {
    public let labels: Labels
    public let points: [Point]

    public init(labels: Labels, points: [Point]) {
        self.labels = labels
        self.points = points
    }
}

/// Where a query finds series. The one thing that PromQL knows of a store.
public protocol SeriesSource: Sendable {
    /// Points at times t with `after` < t <= `through` of each series that is called `metric` (any, when nil) and
    /// passes `matching`. A series without such points may be left out.
    func select(
        metric: String?, after: Timestamp, through: Timestamp, matching: (Labels) -> Bool
    ) -> [SeriesPoints]
}
