// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// One rule and what it keeps between evaluations.
struct RuleState: Sendable {
    /// How long an alert is remembered after it was resolved; one that comes back begins anew.
    static let retention = Duration.seconds(15 * 60)
    /// The most alerts, or recorded series, of one rule, whatever its group's limit.
    static let most = 100_000

    let rule: Rule
    let externalURL: String
    let externalLabels: Labels
    /// Resolved ones among them.
    var alerts: [Labels: Alert] = [:]
    /// The series written last: those that are not written again end.
    var written: Set<Labels> = []
    /// Alerts that were restored and not found by the expression since. Until `settlesAt` they stay as they are: the
    /// store is empty at first, and an expression over it finds less than there is.
    var unconfirmed: Set<Labels> = []
    var settlesAt: Timestamp?
    /// Alerts whose state has changed since they were last asked for.
    var touched: Set<Labels> = []
    var health = RuleReport.Health.unknown
    var lastError: String?
    var lastEvaluation: Timestamp?
    var duration = Duration.zero

    init(_ rule: Rule, externalURL: String, externalLabels: Labels = .none) {
        self.rule = rule
        self.externalURL = externalURL
        self.externalLabels = externalLabels
    }

    var active: some Collection<Alert> { alerts.values.lazy.filter { $0.state != .resolved } }

    /// Takes over what an earlier version of the rule knew.
    mutating func adopt(_ old: RuleState) {
        alerts = old.alerts
        written = old.written
        unconfirmed = old.unconfirmed
        settlesAt = old.settlesAt
        touched = old.touched
        health = old.health
        lastError = old.lastError
        lastEvaluation = old.lastEvaluation
        duration = old.duration
    }

    /// Evaluates the rule. A failure leaves its alerts as they were; too many of them resolve all (`changes`).
    mutating func evaluate(
        at moment: Moment, limit: Int, over source: some SeriesSource, into sink: inout some SeriesSink,
        changes: inout [AlertChange]
    ) throws(RuleFailure) {
        let samples = try samples(at: moment, over: source)
        let limit = limit == 0 ? Self.most : min(limit, Self.most)
        guard rule.kind == .alert else {
            return write(try recorded(samples, limit: limit), at: moment.read, into: &sink)
        }
        var own: [AlertChange] = []
        guard samples.count <= limit else { throw exceeded(limit, samples.count, moment.time, own, &changes) }
        let found = try found(samples, at: moment, over: source)
        for item in found { own += see(item, at: moment.time) }
        let present = Set(found.map(\.labels))
        for labels in Array(alerts.keys) where !present.contains(labels) { own += miss(labels, at: moment.time) }
        let count = active.count
        guard count <= limit else { throw exceeded(limit, count, moment.time, own, &changes) }
        write(active.flatMap { Self.series(of: $0) }, at: moment.read, into: &sink)
        changes += own.map { (key: "\($0.alert.labels)", change: $0) }.sorted { $0.key < $1.key }.map(\.change)
    }

    /// Writes the series of the alerts as they are.
    mutating func write(at time: Timestamp, into sink: inout some SeriesSink) {
        if rule.kind == .alert { write(active.flatMap { Self.series(of: $0) }, at: time, into: &sink) }
    }

    private func samples(at moment: Moment, over source: some SeriesSource) throws(RuleFailure) -> [VectorSample] {
        let value: QueryValue
        do throws(QueryError) {
            value = try rule.query.evaluate(at: moment.read, over: source, limits: moment.limits).value
        } catch {
            throw RuleFailure(sentence: error.description)
        }
        switch value {
        case .vector(let samples): return samples
        case .scalar(let value): return [VectorSample(labels: .none, value: value, time: moment.read)]
        case .string, .matrix:
            throw RuleFailure(sentence: "its expression gives neither an instant vector nor a scalar")
        }
    }

    private func recorded(_ samples: [VectorSample], limit: Int) throws(RuleFailure) -> [(Labels, Double)] {
        let points = samples.map { sample in
            let labels = rule.labels.reduce(sample.labels) { $0.setting($1.name, to: $1.value.text) }
            return (labels.setting(Labels.metricName, to: rule.name), sample.value)
        }
        guard Set(points.map(\.0)).count == points.count else {
            throw RuleFailure(sentence: "makes two series with the same labels")
        }
        guard points.count <= limit else {
            throw RuleFailure(sentence: "makes \(points.count) series, more than the limit of \(limit)")
        }
        return points
    }

    private struct Found {
        let labels: Labels
        let value: Double
        let annotations: Labels
    }

    /// The alerts that the samples ask for.
    private func found(
        _ samples: [VectorSample], at moment: Moment, over source: some SeriesSource
    ) throws(RuleFailure) -> [Found] {
        var seen: Set<Labels> = []
        var result: [Found] = []
        for sample in samples {
            let own = sample.labels.withoutName
            let scope = TemplateScope(
                labels: sample.labels, value: sample.value, externalLabels: externalLabels, externalURL: externalURL,
                time: moment.read, query: TemplateScope.querying(source, at: moment.read, as: rule.dialect))
            var labels = own
            for (name, value) in rule.labels { labels = labels.setting(name, to: value.expand(scope)) }
            labels = labels.setting("alertname", to: rule.name)
            guard seen.insert(labels).inserted else {
                throw RuleFailure(sentence: "two series of its result make the same alert \(labels)")
            }
            let annotations = Labels(texts: rule.annotations.map { Label($0.name, $0.value.expand(scope)) })
            result.append(Found(labels: labels, value: sample.value, annotations: annotations))
        }
        return result
    }

    /// The expression finds the alert.
    private mutating func see(_ found: Found, at time: Timestamp) -> [AlertChange] {
        let old = alerts[found.labels].flatMap { $0.state == .resolved ? nil : $0 }
        var alert =
            old
            ?? Alert(
                labels: found.labels, annotations: .none, state: .pending, value: 0, activeAt: time)
        alert.value = found.value
        alert.annotations = found.annotations
        alert.expression = rule.query.text
        alert.keptSince = nil
        var change: AlertChange?
        if alert.state == .pending, time - alert.activeAt >= rule.hold {
            alert.state = .firing
            alert.firedAt = time
        } else if alert.state == .firing, time - alert.activeAt < rule.hold {
            // `for` was raised by a reload. Receivers were told that it fires, so they are told that it does not.
            change = AlertChange(alert: alert.resolved(at: time), before: .firing)
            alert.state = .pending
            alert.firedAt = nil
        }
        let isConfirmed = unconfirmed.remove(found.labels) != nil
        alerts[found.labels] = alert
        if old == nil || old?.state != alert.state || old?.keptSince != nil { touched.insert(found.labels) }
        if change == nil, old?.state != alert.state || isConfirmed && alert.state == .firing {
            change = AlertChange(alert: alert, before: old?.state)
        }
        return change.map { [$0] } ?? []
    }

    /// The expression does not find the alert.
    private mutating func miss(_ labels: Labels, at time: Timestamp) -> [AlertChange] {
        guard var alert = alerts[labels] else { return [] }
        if let settlesAt, time < settlesAt, unconfirmed.contains(labels) { return [] }
        unconfirmed.remove(labels)
        switch alert.state {
        case .pending: alerts[labels] = nil
        case .resolved:
            if let resolvedAt = alert.resolvedAt, time - resolvedAt <= Self.retention { return [] }
            alerts[labels] = nil
        case .firing:
            if rule.keepFiring > .zero {
                let since = alert.keptSince ?? time
                if time - since < rule.keepFiring {
                    guard alert.keptSince == nil else { return [] }
                    alert.keptSince = since
                    alerts[labels] = alert
                    touched.insert(labels)
                    return []
                }
            }
            alert = alert.resolved(at: time)
            alerts[labels] = alert
            touched.insert(labels)
            return [AlertChange(alert: alert, before: .firing)]
        }
        touched.insert(labels)
        return []
    }

    /// Forgets all alerts, as Prometheus does when there are too many. Those that fired are resolved, so that no receiver
    /// keeps one that nothing will end; no series is ended.
    private mutating func exceeded(
        _ limit: Int, _ count: Int, _ time: Timestamp, _ own: [AlertChange], _ changes: inout [AlertChange]
    ) -> RuleFailure {
        changes += own.filter { $0.alert.state == .resolved }
        changes += active.filter { $0.state == .firing && $0.firedAt != time }.map {
            AlertChange(alert: $0.resolved(at: time), before: .firing)
        }
        touched.formUnion(alerts.keys)
        alerts = [:]
        unconfirmed = []
        return RuleFailure(sentence: "makes \(count) alerts, more than the limit of \(limit)")
    }

    /// `ALERTS` and `ALERTS_FOR_STATE`, as Prometheus writes them.
    private static func series(of alert: Alert) -> [(Labels, Double)] {
        let state = alert.labels.setting("alertstate", to: alert.state.rawValue)
        return [
            (state.setting(Labels.metricName, to: "ALERTS"), 1),
            (
                alert.labels.setting(Labels.metricName, to: "ALERTS_FOR_STATE"),
                Double(alert.activeAt.milliseconds / 1000)
            ),
        ]
    }

    private mutating func write(_ points: [(Labels, Double)], at time: Timestamp, into sink: inout some SeriesSink) {
        let now = Set(points.map(\.0))
        let ended = written.subtracting(now)
        if !ended.isEmpty { sink.end(Array(ended), at: time) }
        if !points.isEmpty { sink.append(points, at: time) }
        written = now
    }
}

extension Alert {
    fileprivate func resolved(at time: Timestamp) -> Alert {
        var alert = self
        alert.state = .resolved
        alert.resolvedAt = time
        alert.keptSince = nil
        return alert
    }
}

/// When a rule is evaluated, and what that may cost.
struct Moment {
    let time: Timestamp
    /// What the expression reads, and when what it makes is written: earlier by the group's offset.
    let read: Timestamp
    let limits: Limits
}
