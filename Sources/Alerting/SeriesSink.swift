// SPDX-License-Identifier: Apache-2.0
public import SeriesStore
public import Vocabulary

/// Where rules write what they make. What was written can be read by the next rule at the same instant.
public protocol SeriesSink {
    mutating func append(_ points: [(Labels, Double)], at time: Timestamp)
    /// The series end at `time`.
    mutating func end(_ labels: [Labels], at time: Timestamp)
}

/// Writes what rules make (recorded series, `ALERTS`) to a store.
public struct StoreSink: SeriesSink {
    private let store: Store

    public init(store: Store) {
        self.store = store
    }

    public mutating func append(_ points: [(Labels, Double)], at time: Timestamp) {
        store.append(points, at: time)
    }

    public mutating func end(_ labels: [Labels], at time: Timestamp) {
        store.end(labels, at: time)
    }
}

/// An alert that went from one state to the next.
public struct AlertChange: Sendable {
    public let alert: Alert
    /// nil for an alert that was not there. The alert's own state, when it is one of before a restart that is found to
    /// fire still: receivers know it. A pending alert that goes away is no change: nobody was told of it.
    public let before: Alert.State?

    public init(alert: Alert, before: Alert.State?) {
        self.alert = alert
        self.before = before
    }
}

/// What one evaluation of a group gave.
public struct GroupOutcome: Sendable {
    public var changes: [AlertChange] = []
    /// Rules that were evaluated.
    public var evaluations = 0
    /// What is to be remembered of alerts whose state is another now.
    public var moves: [AlertMove] = []
    /// A sentence for each rule that could not be evaluated; its alerts stay as they were.
    public var failures: [String] = []
}
