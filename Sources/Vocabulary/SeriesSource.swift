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

/// A series and one of its points, which may be a stale marker.
public struct SeriesPoint: Sendable {
    public let labels: Labels
    public let point: Point

    public init(labels: Labels, point: Point) {
        self.labels = labels
        self.point = point
    }
}

/// Which series a selector means.
public struct SeriesSelection: Sendable {
    /// Their name; any, when nil.
    public let metric: String?
    /// The other conditions, as they were written: equal ones select the same series.
    public let matchers: [LabelMatcher]
    /// Whether a series called `metric` passes `matchers`.
    public let matches: @Sendable (Labels) -> Bool
    /// Of those, the series that the reader needs; others may be given, too, or left out. All, when nil.
    public var isNeeded: (@Sendable (Labels) -> Bool)?

    public init(metric: String?, matchers: [LabelMatcher] = [], matches: @escaping @Sendable (Labels) -> Bool) {
        self.metric = metric
        self.matchers = matchers
        self.matches = matches
    }
}

/// Where a query finds series. The one thing that PromQL knows of a store.
public protocol SeriesSource: Sendable {
    /// Points at times t with `after` < t <= `through` of each series that `selection` means; a series without such
    /// points is left out. It stops early once it has read more than `limit` points, and then gives more than `limit`.
    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints]

    /// The newest point at a time t with `after` < t <= `through` of each series that `selection` means and that has one.
    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint]
}
