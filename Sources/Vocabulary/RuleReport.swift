// SPDX-License-Identifier: Apache-2.0

/// How a group of rules stands, for whoever asks.
public struct RuleGroupReport: Sendable {
    public var file: String
    public var name: String
    public var interval: Duration
    /// The most series, or alerts, that one rule may make; 0 for any number.
    public var limit: Int
    public var rules: [RuleReport]
    /// The newest evaluation; nil before the first.
    public var lastEvaluation: Timestamp?
    /// How long it took.
    public var duration: Duration

    public init(
        file: String, name: String, interval: Duration, limit: Int, rules: [RuleReport],
        lastEvaluation: Timestamp? = nil, duration: Duration = .zero
    ) {
        self.file = file
        self.name = name
        self.interval = interval
        self.limit = limit
        self.rules = rules
        self.lastEvaluation = lastEvaluation
        self.duration = duration
    }
}

/// How one rule stands.
public struct RuleReport: Sendable {
    public enum Kind: Sendable {
        case record
        /// With how long its expression must hold, how long it goes on firing, its annotations as they are written, and
        /// its alerts.
        case alert(hold: Duration, keepFiring: Duration, annotations: Labels, alerts: [Alert])
    }

    public enum Health: String, Sendable {
        /// Not evaluated yet.
        case unknown
        case ok
        case bad = "err"
    }

    public var kind: Kind
    public var name: String
    public var query: String
    /// The rule's own labels, as they are written.
    public var labels: Labels
    public var health = Health.unknown
    /// Why the newest evaluation failed; nil when it did not.
    public var lastError: String?
    public var lastEvaluation: Timestamp?
    public var duration = Duration.zero

    public init(kind: Kind, name: String, query: String, labels: Labels) {
        self.kind = kind
        self.name = name
        self.query = query
        self.labels = labels
    }

    /// The alerts that are pending or firing; none of a rule that records.
    public var alerts: [Alert] {
        if case .alert(_, _, _, let alerts) = kind { alerts } else { [] }
    }
}
