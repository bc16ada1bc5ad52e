// SPDX-License-Identifier: Apache-2.0
import SeriesStore
import Testing
import Vocabulary

@testable import Alerting

/// Writes to a store, as the daemon does.
struct StoreSink: SeriesSink {
    let store: Store

    mutating func append(_ points: [(Labels, Double)], at time: Timestamp) { store.append(points, at: time) }
    mutating func end(_ labels: [Labels], at time: Timestamp) { store.end(labels, at: time) }
}

@Suite struct GroupStateTests {
    private let store = Store()

    init() {
        store.setDemand(nil, keep: .seconds(3600))
    }

    private func group(_ rules: String, _ more: String = "") throws -> RuleGroup {
        let text = "groups:\n  - name: g\n\(more)    rules:\n" + rules
        return try #require(try RuleFile.parse(text, path: "r.yml").get().first)
    }

    private func rule(_ more: String = "", expr: String = "down == 1") -> String {
        "      - {alert: Down, expr: '\(expr)', labels: {severity: high}\(more)}\n"
    }

    private func set(_ domain: String, _ value: Double, at second: Double) {
        store.append([(Labels(name: "down", [("domain", domain)]), value)], at: Timestamp(seconds: second))
    }

    /// Evaluates and says the changes as `domain before>after`.
    private func changes(_ state: inout GroupState, at second: Double) -> [String] {
        var sink = StoreSink(store: store)
        let outcome = state.evaluate(at: Timestamp(seconds: second), over: store, into: &sink)
        return outcome.changes.map {
            "\($0.alert.labels["domain"] ?? "") \($0.before?.rawValue ?? "-")>\($0.alert.state.rawValue)"
        } + outcome.failures
    }

    private func series(_ metric: String, at second: Double) -> [String] {
        store.points(
            of: SeriesSelection(metric: metric) { _ in
                true
            }, after: Timestamp(seconds: second - 1), through: Timestamp(seconds: second), limit: .max
        )
        .flatMap { series in
            series.points.map { "\(series.labels) \($0.isStale ? "stale" : "\($0.value)")" }
        }.sorted()
    }

    @Test func `without for an alert fires in the evaluation that finds it`() throws {
        var state = GroupState(try group(rule()))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->firing"])
        let alert = try #require(state.alerts.first)
        #expect(alert.labels.description == #"{alertname="Down", domain="a", severity="high"}"#)
        #expect(alert.firedAt == Timestamp(seconds: 10))
        #expect(changes(&state, at: 20) == [])
        set("a", 0, at: 30)
        #expect(changes(&state, at: 30) == ["a firing>resolved"])
        #expect(state.alerts.isEmpty)
    }

    @Test func `with for it waits, and what recovers before is never told`() throws {
        var state = GroupState(try group(rule(", for: 20s")))
        set("a", 1, at: 10)
        set("b", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->pending", "b ->pending"])
        set("b", 0, at: 20)
        #expect(changes(&state, at: 20) == [])
        #expect(changes(&state, at: 30) == ["a pending>firing"])
    }

    @Test func `keep_firing_for outlasts a short recovery`() throws {
        var state = GroupState(try group(rule(", keep_firing_for: 20s")))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->firing"])
        set("a", 0, at: 20)
        #expect(changes(&state, at: 20) == [])
        set("a", 1, at: 35)
        #expect(changes(&state, at: 35) == [])
        set("a", 0, at: 40)
        #expect(changes(&state, at: 40) == [])
        #expect(changes(&state, at: 60) == ["a firing>resolved"])
    }

    @Test func `ALERTS and ALERTS_FOR_STATE follow the state and end with it`() throws {
        var state = GroupState(try group(rule(", for: 10s")))
        set("a", 1, at: 10)
        _ = changes(&state, at: 10)
        #expect(
            series("ALERTS", at: 10) == [
                #"ALERTS{alertname="Down", alertstate="pending", domain="a", severity="high"} 1.0"#
            ])
        #expect(series("ALERTS_FOR_STATE", at: 10).first?.hasSuffix(" 10.0") == true)
        _ = changes(&state, at: 20)
        #expect(
            series("ALERTS", at: 20) == [
                #"ALERTS{alertname="Down", alertstate="firing", domain="a", severity="high"} 1.0"#,
                #"ALERTS{alertname="Down", alertstate="pending", domain="a", severity="high"} stale"#,
            ])
    }

    @Test func `later rules read what earlier ones recorded at the same instant`() throws {
        var state = GroupState(
            try group("      - {record: twice, expr: down * 2, labels: {by: rule}}\n" + rule(expr: "twice == 2")))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->firing"])
        #expect(series("twice", at: 10) == [#"twice{by="rule", domain="a"} 2.0"#])
        store.end([Labels(name: "down", [("domain", "a")])], at: Timestamp(seconds: 20))
        #expect(changes(&state, at: 20) == ["a firing>resolved"])
        #expect(series("twice", at: 20) == [#"twice{by="rule", domain="a"} stale"#])
    }

    @Test func `a rule that fails keeps its alerts and stops no other`() throws {
        let both = "      - {alert: Bad, expr: 'down * on() down2'}\n" + rule()
        var state = GroupState(try group(both))
        store.append(
            [(Labels(name: "down2", [("x", "1")]), 1), (Labels(name: "down2", [("x", "2")]), 1)],
            at: Timestamp(seconds: 10))
        set("a", 1, at: 10)
        let found = changes(&state, at: 10)
        #expect(found.first == "a ->firing")
        #expect(found.last?.hasPrefix("rule Bad: 1:6: many-to-many matching") == true)
    }

    @Test func `two results that make one alert fail the rule`() throws {
        var state = GroupState(try group("      - {alert: Down, expr: down == 1, labels: {domain: same}}\n"))
        set("a", 1, at: 10)
        set("b", 1, at: 10)
        #expect(changes(&state, at: 10).first?.contains("make the same alert") == true)
    }

    @Test func `more alerts than the limit are none`() throws {
        var state = GroupState(try group(rule(), "    limit: 1\n"))
        set("a", 1, at: 10)
        set("b", 1, at: 10)
        #expect(changes(&state, at: 10).first?.contains("more than the limit of 1") == true)
        #expect(state.alerts.isEmpty)
    }

    @Test func `a reload keeps the alerts of rules that stayed, and ends the series of others`() throws {
        var state = GroupState(try group(rule(", for: 20s") + "      - {record: gone, expr: down}\n"))
        set("a", 1, at: 10)
        _ = changes(&state, at: 10)
        var next = GroupState(try group(rule(", for: 15s")))
        next.adopt(state)
        #expect(changes(&next, at: 25) == ["a pending>firing"])
        #expect(series("gone", at: 25) == [#"gone{domain="a"} stale"#])
    }

    @Test func `annotations are expanded anew at every evaluation`() throws {
        var state = GroupState(
            try group(rule(", annotations: {s: \"{{ $labels.domain }}={{ $value }}\"}", expr: "down > 0")))
        set("a", 1, at: 10)
        _ = changes(&state, at: 10)
        #expect(state.alerts.first?.annotations["s"] == "a=1")
        set("a", 2, at: 20)
        _ = changes(&state, at: 20)
        #expect(state.alerts.first?.annotations["s"] == "a=2")
    }
}
