// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What a query gives, and what its writer should know of it.
public struct QueryAnswer: Sendable {
    public let value: QueryValue
    /// Of what probably makes the result wrong, each once, with its place.
    public let warnings: [String]
    /// Of what may be meant so.
    public let infos: [String]
}

/// Which PromQL is spoken.
public struct Dialect: Hashable, Sendable {
    public enum Version: Sendable {
        /// Ranges and lookback include their older end, as Prometheus 2 has it.
        case two
        /// They exclude it.
        case three
    }

    public var version: Version
    /// Whether what Prometheus keeps behind feature flags is there.
    public var isExperimental: Bool
    /// How far back an instant selector looks for a sample.
    public var lookback: Duration
    /// The step of a subquery that names none.
    public var defaultStep: Duration

    public static let `default` = Dialect()

    public init(
        version: Version = .three, isExperimental: Bool = false, lookback: Duration = .seconds(300),
        defaultStep: Duration = .seconds(60)
    ) {
        self.version = version
        self.isExperimental = isExperimental
        self.lookback = lookback
        self.defaultStep = defaultStep
    }
}

/// The value of a query, at one instant or at each step.
public enum QueryValue: Sendable {
    case scalar(Double)
    case string(String)
    case vector([VectorSample])
    /// The points of a range selector that stands alone, or of each step.
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
    /// Bytes of label values that the functions of a query may make together.
    public var labelBytes: Int
    /// Asked now and then while a query runs: whether it has taken too long.
    public var isOverdue: @Sendable () -> Bool

    public static let `default` = Limits()

    public init(
        samples: Int = 50_000_000, series: Int = 200_000, labelBytes: Int = 64 << 20,
        isOverdue: @escaping @Sendable () -> Bool = { false }
    ) {
        self.samples = samples
        self.series = series
        self.labelBytes = labelBytes
        self.isOverdue = isOverdue
    }
}
