// SPDX-License-Identifier: Apache-2.0
public import PromQL
public import Vocabulary

/// The alerts of one group, and its evaluation. A value: whoever holds it is its one owner.
public struct GroupState: Sendable {
    /// A pending alert is forgotten when the agent was down for longer.
    public static let outageTolerance = Duration.seconds(3600)

    public let group: RuleGroup
    private var rules: [RuleState]
    private let keys: [RuleKey]
    /// Series that rules of an earlier version of the file wrote: ended at the next evaluation.
    private var orphans: [Labels] = []
    /// Alerts of rules that are gone, to be forgotten.
    private var forgotten: [AlertMove] = []
    private var lastEvaluation: Timestamp?
    private var duration = Duration.zero

    public init(_ group: RuleGroup, externalURL: String = "", externalLabels: Labels = .none) {
        self.group = group
        rules = group.rules.map { RuleState($0, externalURL: externalURL, externalLabels: externalLabels) }
        keys = group.keys
    }

    /// The alerts that are pending or firing.
    public var alerts: [Alert] {
        rules.flatMap { Array($0.active) }.sorted { $0.activeAt < $1.activeAt }
    }

    /// The alerts that fire, and those that were resolved a quarter of an hour ago or later.
    public var alertsToTell: [Alert] {
        rules.flatMap { $0.alerts.values.filter { $0.state != .pending } }
    }

    /// The series that the rules wrote last.
    public var written: [Labels] { rules.flatMap { Array($0.written) } + orphans }

    /// Whether an alert waits for its time: then how long the agent is down matters.
    public var isTiming: Bool {
        rules.contains { $0.active.contains { $0.state == .pending || $0.keptSince != nil } }
    }

    /// Takes over what an earlier version of the group knew: of rules whose name and labels are the same.
    public mutating func adopt(_ old: GroupState) {
        lastEvaluation = old.lastEvaluation
        duration = old.duration
        orphans = old.orphans
        forgotten = old.forgotten
        for (key, rule) in zip(old.keys, old.rules) {
            if let index = keys.firstIndex(of: key), rules[index].rule.kind == rule.rule.kind {
                rules[index].adopt(rule)
            } else {
                orphans += rule.written
                forgotten += rule.alerts.keys.map { AlertMove(rule: key, labels: $0, alert: nil) }
            }
        }
    }

    /// Takes back what was remembered of its rules' alerts, from before an outage; what belongs to none of them is
    /// returned. The time of the outage does not count toward `for` and `keep_firing_for`. Until `settlesAt` an alert
    /// that the expression does not find stays as it was.
    public mutating func restore(_ kept: [KeptAlert], outage: Duration, settlesAt: Timestamp) -> [KeptAlert] {
        let outage = max(outage, .zero)
        var others: [KeptAlert] = []
        for item in kept {
            guard let index = keys.firstIndex(of: item.rule), rules[index].rule.kind == .alert else {
                others.append(item)
                continue
            }
            var alert = item.alert
            if alert.state == .pending {
                guard outage <= Self.outageTolerance else {
                    rules[index].touched.insert(alert.labels)
                    continue
                }
                alert.activeAt = alert.activeAt + outage
            }
            if let since = alert.keptSince { alert.keptSince = since + outage }
            rules[index].alerts[alert.labels] = alert
            rules[index].unconfirmed.insert(alert.labels)
            rules[index].settlesAt = settlesAt
        }
        return others
    }

    /// Writes `ALERTS` and `ALERTS_FOR_STATE` of the alerts as they are.
    public mutating func writeAlerts(at time: Timestamp, into sink: inout some SeriesSink) {
        for index in rules.indices { rules[index].write(at: time - group.queryOffset, into: &sink) }
    }

    /// Evaluates every rule in order, at `time`, over what was `time` less the group's offset ago. `clock` is asked how
    /// long it takes.
    public mutating func evaluate(
        at time: Timestamp, over source: some SeriesSource, into sink: inout some SeriesSink,
        limits: Limits = .default, clock: () -> Duration = { .zero }
    ) -> GroupOutcome {
        let moment = Moment(time: time, read: time - group.queryOffset, limits: limits)
        var outcome = GroupOutcome()
        if !orphans.isEmpty { sink.end(orphans, at: moment.read) }
        orphans = []
        let start = clock()
        var before = start
        for index in rules.indices {
            evaluate(index, at: moment, over: source, into: &sink, outcome: &outcome)
            let now = clock()
            rules[index].duration = now - before
            before = now
        }
        lastEvaluation = time
        duration = before - start
        outcome.moves = takeMoves()
        return outcome
    }

    private mutating func evaluate(
        _ index: Int, at moment: Moment, over source: some SeriesSource, into sink: inout some SeriesSink,
        outcome: inout GroupOutcome
    ) {
        rules[index].lastEvaluation = moment.time
        outcome.evaluations += 1
        do throws(RuleFailure) {
            try rules[index].evaluate(
                at: moment, limit: group.limit, over: source, into: &sink, changes: &outcome.changes)
            rules[index].health = .ok
            rules[index].lastError = nil
        } catch {
            rules[index].health = .bad
            rules[index].lastError = error.sentence
            outcome.failures.append("rule \(rules[index].rule.name): \(error.sentence)")
        }
    }

    /// What is to be remembered since this was last asked.
    public mutating func takeMoves() -> [AlertMove] {
        var moves = forgotten
        forgotten = []
        for index in rules.indices where !rules[index].touched.isEmpty {
            moves += rules[index].touched.map {
                AlertMove(rule: keys[index], labels: $0, alert: rules[index].alerts[$0])
            }
            rules[index].touched = []
        }
        return moves
    }

    /// Forgets every alert: the group is gone.
    public func farewell() -> [AlertMove] {
        forgotten
            + zip(keys, rules).flatMap { key, rule in
                rule.alerts.keys.map { AlertMove(rule: key, labels: $0, alert: nil) }
            }
    }

    /// How the group stands, evaluated every `interval`.
    public func report(every interval: Duration) -> RuleGroupReport {
        RuleGroupReport(
            file: group.file, name: group.name, interval: interval, limit: group.limit, rules: rules.map(\.report),
            lastEvaluation: lastEvaluation, duration: duration)
    }
}

extension RuleState {
    fileprivate var report: RuleReport {
        func texts(_ pairs: [(name: String, value: Template)]) -> Labels {
            Labels(texts: pairs.map { Label($0.name, $0.value.text) })
        }
        let kind: RuleReport.Kind =
            switch rule.kind {
            case .record: .record
            case .alert:
                .alert(
                    hold: rule.hold, keepFiring: rule.keepFiring, annotations: texts(rule.annotations),
                    alerts: active.sorted { $0.activeAt < $1.activeAt })
            }
        var report = RuleReport(kind: kind, name: rule.name, query: rule.query.text, labels: texts(rule.labels))
        report.health = health
        report.lastError = lastError
        report.lastEvaluation = lastEvaluation
        report.duration = duration
        return report
    }
}

/// Why a rule could not be evaluated.
struct RuleFailure: Error {
    let sentence: String
}
