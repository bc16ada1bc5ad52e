// SPDX-License-Identifier: Apache-2.0
import PromQL
public import Vocabulary

/// The alerts of one group, and its evaluation. A value: whoever holds it is its one owner.
public struct GroupState: Sendable {
    public let group: RuleGroup
    private var rules: [RuleState]
    /// Series that rules of an earlier version of the file wrote: ended at the next evaluation.
    private var orphans: [Labels] = []

    public init(_ group: RuleGroup, externalURL: String = "", externalLabels: Labels = .none) {
        self.group = group
        rules = group.rules.map { RuleState($0, externalURL: externalURL, externalLabels: externalLabels) }
    }

    /// The alerts that are pending or firing.
    public var alerts: [Alert] {
        rules.flatMap { $0.alerts.values.map(\.alert) }.sorted { $0.activeAt < $1.activeAt }
    }

    /// The series that the rules wrote last.
    public var written: [Labels] { rules.flatMap { Array($0.written) } + orphans }

    /// Takes over the alerts of an earlier version: of rules whose name, expression and labels are the same.
    public mutating func adopt(_ old: GroupState) {
        var left = old.rules
        for index in rules.indices {
            guard let match = left.firstIndex(where: { $0.rule.identity == rules[index].rule.identity }) else {
                continue
            }
            rules[index].alerts = left[match].alerts
            rules[index].written = left[match].written
            left.remove(at: match)
        }
        orphans = old.orphans + left.flatMap { Array($0.written) }
    }

    /// Evaluates every rule in order, at `time` less the group's offset.
    public mutating func evaluate(
        at time: Timestamp, over source: some SeriesSource, into sink: inout some SeriesSink
    ) -> GroupOutcome {
        let time = time - group.queryOffset
        var outcome = GroupOutcome()
        if !orphans.isEmpty { sink.end(orphans, at: time) }
        orphans = []
        for index in rules.indices {
            do throws(RuleFailure) {
                outcome.changes += try rules[index].evaluate(at: time, limit: group.limit, over: source, into: &sink)
            } catch {
                outcome.failures.append("rule \(rules[index].rule.name): \(error.sentence)")
            }
        }
        return outcome
    }
}

/// Why a rule could not be evaluated.
struct RuleFailure: Error {
    let sentence: String
}
