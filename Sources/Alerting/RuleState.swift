// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// One rule and what it keeps between evaluations.
struct RuleState: Sendable {
    struct Active: Sendable {
        var alert: Alert
        /// Since when the expression holds no more, while the alert is kept firing.
        var keptSince: Timestamp?
    }

    let rule: Rule
    private let externalURL: String
    private let externalLabels: Labels
    var alerts: [Labels: Active] = [:]
    /// The series written last: those that are not written again end.
    var written: Set<Labels> = []

    init(_ rule: Rule, externalURL: String, externalLabels: Labels = .none) {
        self.rule = rule
        self.externalURL = externalURL
        self.externalLabels = externalLabels
    }

    mutating func evaluate(
        at time: Timestamp, limit: Int, over source: some SeriesSource, into sink: inout some SeriesSink
    ) throws(RuleFailure) -> [AlertChange] {
        let samples = try samples(at: time, over: source)
        guard rule.kind == .alert else {
            let points = try recorded(samples, limit: limit)
            write(points, at: time, into: &sink)
            return []
        }
        let found = try found(samples, at: time, over: source)
        var changes: [AlertChange] = []
        for (labels, sample, annotations) in found { take(labels, sample.value, annotations, time) }
        let present = Set(found.map(\.labels))
        for labels in Array(alerts.keys) {
            changes += advance(labels, isPresent: present.contains(labels), at: time)
        }
        guard limit == 0 || alerts.count <= limit else {
            let count = alerts.count
            alerts = [:]
            written = []
            throw RuleFailure(sentence: "makes \(count) alerts, more than the group's limit of \(limit)")
        }
        write(alerts.values.flatMap { series(of: $0.alert) }, at: time, into: &sink)
        return changes.sorted { "\($0.alert.labels)" < "\($1.alert.labels)" }
    }

    private func samples(at time: Timestamp, over source: some SeriesSource) throws(RuleFailure) -> [VectorSample] {
        let value: QueryValue
        do throws(QueryError) {
            value = try rule.query.evaluate(at: time, over: source).value
        } catch {
            throw RuleFailure(sentence: error.description)
        }
        switch value {
        case .vector(let samples): return samples
        case .scalar(let value): return [VectorSample(labels: .none, value: value, time: time)]
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
        guard limit == 0 || points.count <= limit else {
            throw RuleFailure(sentence: "makes \(points.count) series, more than the group's limit of \(limit)")
        }
        return points
    }

    /// The alerts that the samples ask for: identity, sample, annotations.
    private func found(
        _ samples: [VectorSample], at time: Timestamp, over source: some SeriesSource
    ) throws(RuleFailure) -> [(labels: Labels, sample: VectorSample, annotations: Labels)] {
        var seen: Set<Labels> = []
        var result: [(labels: Labels, sample: VectorSample, annotations: Labels)] = []
        for sample in samples {
            let own = sample.labels.withoutName
            let scope = TemplateScope(
                labels: sample.labels, value: sample.value, externalLabels: externalLabels, externalURL: externalURL,
                time: time, query: TemplateScope.querying(source, at: time, as: rule.dialect))
            var labels = own
            for (name, value) in rule.labels { labels = labels.setting(name, to: value.expand(scope)) }
            labels = labels.setting("alertname", to: rule.name)
            guard seen.insert(labels).inserted else {
                throw RuleFailure(sentence: "two series of its result make the same alert \(labels)")
            }
            let annotations = Labels(rule.annotations.map { Label($0.name, $0.value.expand(scope)) })
            result.append((labels, sample, annotations))
        }
        return result
    }

    private mutating func take(_ labels: Labels, _ value: Double, _ annotations: Labels, _ time: Timestamp) {
        if alerts[labels] == nil {
            alerts[labels] = Active(
                alert: Alert(
                    labels: labels, annotations: annotations, state: .pending, value: value, activeAt: time,
                    expression: rule.query.text))
            isNew.insert(labels)
        } else {
            alerts[labels]?.alert.value = value
            alerts[labels]?.alert.annotations = annotations
        }
        alerts[labels]?.keptSince = nil
    }

    /// Alerts made in this evaluation, whose first change has nothing before it.
    private var isNew: Set<Labels> = []

    private mutating func advance(_ labels: Labels, isPresent: Bool, at time: Timestamp) -> [AlertChange] {
        guard var active = alerts[labels] else { return [] }
        let before = isNew.remove(labels) == nil ? active.alert.state : nil
        if isPresent {
            if active.alert.state == .pending, time - active.alert.activeAt >= rule.hold {
                active.alert.state = .firing
                active.alert.firedAt = time
            }
            alerts[labels] = active
            return active.alert.state == before ? [] : [AlertChange(alert: active.alert, before: before)]
        }
        if active.alert.state == .firing, rule.keepFiring > .zero {
            let since = active.keptSince ?? time
            active.keptSince = since
            if time - since < rule.keepFiring {
                alerts[labels] = active
                return []
            }
        }
        alerts[labels] = nil
        guard active.alert.state == .firing else { return [] }
        active.alert.state = .resolved
        active.alert.resolvedAt = time
        return [AlertChange(alert: active.alert, before: .firing)]
    }

    /// `ALERTS` and `ALERTS_FOR_STATE`, as Prometheus writes them.
    private func series(of alert: Alert) -> [(Labels, Double)] {
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
