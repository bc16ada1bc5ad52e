// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What a query gives at one instant.
public enum QueryValue: Sendable {
    case scalar(Double)
    case string(String)
    case vector([VectorSample])
    /// The points of a range selector that stands alone.
    case matrix([SeriesPoints])
}

/// One series of an instant vector.
public struct VectorSample: Hashable, Sendable {
    public let labels: Labels
    public let value: Double
    /// The time of the evaluation.
    public let time: Timestamp

    public init(labels: Labels, value: Double, time: Timestamp) {
        self.labels = labels
        self.value = value
        self.time = time
    }
}

/// What one evaluation may cost.
public struct Limits: Sendable {
    /// Points that all selectors of a query may read together.
    public var samples: Int
    /// Series that any vector on the way may hold.
    public var series: Int

    public static let `default` = Limits()

    public init(samples: Int = 5_000_000, series: Int = 200_000) {
        self.samples = samples
        self.series = series
    }
}
