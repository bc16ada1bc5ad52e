// SPDX-License-Identifier: Apache-2.0
public import PromQL
public import Vocabulary

/// One rule of a group: a recorded series or an alert.
public struct Rule: Sendable {
    public enum Kind: Hashable, Sendable {
        case record
        case alert
    }

    public let kind: Kind
    /// The name of the recorded series or of the alert.
    public let name: String
    public let query: Query
    /// How long the expression must hold before the alert fires.
    public let hold: Duration
    /// How long the alert goes on firing once the expression holds no more.
    public let keepFiring: Duration
    /// Labels that are added; of an alert, templates.
    let labels: [(name: String, value: Template)]
    let annotations: [(name: String, value: Template)]
    /// The PromQL of the expression, which the templates' `query` speaks too.
    var dialect = Dialect.default

    /// The expression and what the templates ask for; nil when a template's query is not known before it runs.
    var queries: [Query]? {
        var queries = [query]
        for template in (labels + annotations).map(\.value) where kind == .alert {
            guard let more = template.queries(as: dialect) else { return nil }
            queries += more
        }
        return queries
    }

    /// What stays the same when a file is loaded again: then the alert's state is kept.
    var identity: [String] {
        [name, query.text] + labels.flatMap { [$0.name, $0.value.text] }
    }
}

/// Rules that are evaluated together, in their order.
public struct RuleGroup: Sendable {
    /// The file's path.
    public let file: String
    public let name: String
    /// nil for the agent's own interval.
    public let interval: Duration?
    /// How far back in time the group is evaluated.
    public let queryOffset: Duration
    /// The most series, or alerts, that one rule may make; 0 for any number.
    public let limit: Int
    public let rules: [Rule]

    /// The metrics that the group reads; nil when a rule has no fixed name.
    public var readNames: Set<String>? {
        var names: Set<String> = []
        for rule in rules {
            guard let queries = rule.queries else { return nil }
            for query in queries {
                guard let more = query.metricNames else { return nil }
                names.formUnion(more)
            }
        }
        return names
    }

    /// Whether one of the rules reads the series `labels`.
    public func reads(_ labels: Labels) -> Bool {
        rules.contains { $0.query.reads(labels) }
    }

    /// How far back the group reads.
    public var reach: Duration {
        (rules.flatMap { $0.queries ?? [$0.query] }.map(\.reach).max() ?? .zero) + queryOffset
    }
}
