// SPDX-License-Identifier: Apache-2.0
public import PromQL
public import PrometheusAPI
public import Vocabulary

/// A query that a client sent, read and checked.
public struct QueryRequest: Sendable {
    public enum Times: Sendable {
        /// Now, when nil.
        case instant(Timestamp?)
        case range(start: Timestamp, end: Timestamp, step: Duration)
    }

    public let query: Query
    public let times: Times
    /// How long the client would wait; nil leaves it to the agent.
    public let timeout: Duration?
    /// The most series that the client wants; 0 for all.
    public let limit: Int

    public init(query: Query, times: Times, timeout: Duration? = nil, limit: Int = 0) {
        self.query = query
        self.times = times
        self.timeout = timeout
        self.limit = limit
    }
}

/// A look at which series there are.
public struct SeriesRequest: Sendable {
    public enum Wanted: Sendable {
        case series
        /// The names of their labels.
        case names
        /// The values of one label.
        case values(of: String)
    }

    public let wanted: Wanted
    /// Selectors, of which a series passes one; all series, when empty.
    public let selectors: [Query]
    public let start: Timestamp?
    public let end: Timestamp?
    /// The most entries that the client wants; 0 for all.
    public let limit: Int
}

/// Why a query has no answer.
public struct QueryRefusal: Error, Hashable, Sendable {
    public let kind: PrometheusJSON.FailureKind
    public let sentence: String

    public init(_ kind: PrometheusJSON.FailureKind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }

    init(badData sentence: String) {
        self.init(.badData, sentence)
    }
}
