// SPDX-License-Identifier: Apache-2.0
public import PromQL
import Vocabulary

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

    /// What stays the same when a file is loaded again, as in Prometheus: then the alerts are kept, even when the
    /// expression is another.
    var identity: [String] {
        [name] + labels.flatMap { [$0.name, $0.value.text] }
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

    /// What each of its rules is known by.
    var keys: [RuleKey] {
        var seen: [[String]: Int] = [:]
        return rules.map { rule in
            let words = rule.identity
            let number = seen[words, default: 0]
            seen[words] = number + 1
            return RuleKey(file: file, group: name, words: words, number: number)
        }
    }

    /// The series that the group's rules make.
    public var madeNames: Set<String> {
        Set(rules.flatMap { $0.kind == .record ? [$0.name] : ["ALERTS", "ALERTS_FOR_STATE"] })
    }

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

    /// How far back each rule reads series of which names; nil is any name.
    public var reaches: [(name: String?, reach: Duration)] {
        rules.flatMap { rule -> [(name: String?, reach: Duration)] in
            // A template may ask for anything where its query is not known before it runs.
            guard let queries = rule.queries else { return [(nil, rule.query.reach + queryOffset)] }
            return queries.flatMap { query -> [(name: String?, reach: Duration)] in
                let reach = query.reach + queryOffset
                return query.metricNames.map { $0.map { ($0, reach) } } ?? [(nil, reach)]
            }
        }
    }

    /// How far back the group reads.
    public var reach: Duration {
        (rules.flatMap { $0.queries ?? [$0.query] }.map(\.reach).max() ?? .zero) + queryOffset
    }
}
