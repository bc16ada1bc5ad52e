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
        store.setDemand(StoreDemand(history: .seconds(3600)))
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

    @Test func `a group's labels are those of its rules, which may say otherwise`() throws {
        let rules = """
                  - {record: plain, expr: down, labels: {by: rule, none: ""}}
                  - {alert: Down, expr: down == 1, labels: {by: "{{ $labels.domain }}"}}

            """
        let labels = "    labels: {team: \"{{ $labels.domain }}\", by: group, none: x}\n"
        var state = GroupState(try group(rules, labels))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->firing"])
        #expect(series("plain", at: 10) == [#"plain{by="rule", domain="a", team="{{ $labels.domain }}"} 1.0"#])
        #expect(
            state.alerts.map(\.labels.description) == [#"{alertname="Down", by="a", domain="a", none="x", team="a"}"#])
    }

    @Test func `the time of an outage counts toward neither for nor keep_firing_for`() throws {
        let group = try group(rule(", for: 10s, keep_firing_for: 20s"))
        var state = GroupState(group)
        var sink = StoreSink(store: store)
        var known: [Labels: AlertMove] = [:]
        set("a", 1, at: 0)
        for second in [0.0, 10, 20] {
            if second == 20 {
                set("a", 0, at: 20)
                set("b", 1, at: 20)
            }
            let outcome = state.evaluate(at: Timestamp(seconds: second), over: store, into: &sink)
            for move in outcome.moves { known[move.labels] = move }
        }
        let kept = known.values.compactMap { move in move.alert.map { KeptAlert(rule: move.rule, alert: $0) } }
        #expect(kept.count == 2)
        var next = GroupState(group)
        #expect(next.restore(kept, outage: .seconds(100), settlesAt: Timestamp(seconds: 125)).isEmpty)
        #expect(changes(&next, at: 122) == [])
        #expect(changes(&next, at: 131) == ["b pending>firing"])
        #expect(changes(&next, at: 139) == [])
        #expect(changes(&next, at: 141) == ["a firing>resolved"])
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

    @Test func `an alert that comes back after it was resolved begins anew`() throws {
        var state = GroupState(try group(rule(", for: 10s")))
        for second in [10, 20] as [Double] {
            set("a", 1, at: second)
            _ = changes(&state, at: second)
        }
        set("a", 0, at: 30)
        #expect(changes(&state, at: 30) == ["a firing>resolved"])
        set("a", 1, at: 40)
        #expect(changes(&state, at: 40) == ["a ->pending"])
        #expect(state.alerts.first?.activeAt == Timestamp(seconds: 40))
        #expect(state.alerts.first?.resolvedAt == nil)
    }

    @Test func `a resolved alert is remembered for 15 minutes`() throws {
        var state = GroupState(try group(rule()))
        set("a", 1, at: 10)
        _ = changes(&state, at: 10)
        set("a", 0, at: 20)
        func moves(_ second: Double) -> [Alert.State?] {
            var sink = StoreSink(store: store)
            return state.evaluate(at: Timestamp(seconds: second), over: store, into: &sink).moves.map(\.alert?.state)
        }
        #expect(moves(20) == [.resolved])
        #expect(moves(920) == [])
        #expect(moves(921) == [nil])
        #expect(state.farewell().isEmpty)
    }

    @Test func `what is to be remembered is told when a state changes, and only then`() throws {
        var state = GroupState(try group(rule(", for: 10s, keep_firing_for: 10s")))
        var told: [[String]] = []
        for (second, value) in [(10, 1), (15, 1), (20, 1), (30, 0), (35, 0), (38, 1), (50, 0), (60, 0), (70, 0)] {
            set("a", Double(value), at: Double(second))
            var sink = StoreSink(store: store)
            let moves = state.evaluate(at: Timestamp(seconds: Double(second)), over: store, into: &sink).moves
            told.append(
                moves.map { "\($0.alert?.state.rawValue ?? "gone")\($0.alert?.keptSince == nil ? "" : " kept")" })
        }
        #expect(
            told == [
                ["pending"], [], ["firing"], ["firing kept"], [], ["firing"], ["firing kept"], ["resolved"], [],
            ])
    }

    @Test func `for that a reload raised sends a firing alert back to pending`() throws {
        var state = GroupState(try group(rule(", for: 10s")))
        for second in [10, 20] as [Double] {
            set("a", 1, at: second)
            _ = changes(&state, at: second)
        }
        var next = GroupState(try group(rule(", for: 1m")))
        next.adopt(state)
        #expect(changes(&next, at: 30) == ["a firing>resolved"])
        #expect(next.alerts.map(\.state) == [.pending])
        #expect(next.alerts.first?.activeAt == Timestamp(seconds: 10))
        #expect(changes(&next, at: 70) == ["a pending>firing"])
        var lower = GroupState(try group(rule(", for: 0s")))
        lower.adopt(next)
        #expect(changes(&lower, at: 80) == [])
    }

    @Test func `an expression may change over a reload, labels may not`() throws {
        var state = GroupState(try group(rule()))
        set("a", 1, at: 10)
        _ = changes(&state, at: 10)
        var next = GroupState(try group(rule(expr: "down > 0")))
        next.adopt(state)
        #expect(next.alerts.map(\.labels) == state.alerts.map(\.labels))
        var other = GroupState(try group("      - {alert: Down, expr: down == 1, labels: {severity: low}}\n"))
        other.adopt(next)
        #expect(other.alerts.isEmpty)
        #expect(other.takeMoves().map(\.alert) == [nil])
        #expect(changes(&other, at: 20) == ["a ->firing"])
        #expect(series("ALERTS", at: 20).contains { $0.contains("high") && $0.hasSuffix("stale") })
    }

    @Test func `alerts that the limit clears are resolved, and their series end when it is kept again`() throws {
        var state = GroupState(try group(rule(), "    limit: 1\n"))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 10) == ["a ->firing"])
        set("b", 1, at: 20)
        let found = changes(&state, at: 20)
        #expect(found == ["a firing>resolved", "rule Down: makes 2 alerts, more than the limit of 1"])
        #expect(series("ALERTS", at: 20) == [])
        set("a", 0, at: 30)
        #expect(changes(&state, at: 30) == ["b ->firing"])
        #expect(series("ALERTS", at: 30).map { $0.contains("\"a\"") && $0.hasSuffix("stale") } == [true, false])
    }

    @Test func `the offset moves what is read and written, not when alerts begin`() throws {
        var state = GroupState(try group(rule(", for: 10s"), "    query_offset: 1m\n"))
        set("a", 1, at: 10)
        #expect(changes(&state, at: 60) == [])
        #expect(changes(&state, at: 70) == ["a ->pending"])
        #expect(state.alerts.first?.activeAt == Timestamp(seconds: 70))
        #expect(series("ALERTS", at: 10).count == 1)
        #expect(changes(&state, at: 80) == ["a pending>firing"])
    }

    @Test func `a rule says how it fares`() throws {
        var state = GroupState(
            try group(
                "      - {alert: Bad, expr: 'down * on() down2'}\n" + rule() + "      - {record: r, expr: down}\n"))
        var report = state.report(every: .seconds(15))
        #expect(report.rules.map(\.health) == [.unknown, .unknown, .unknown])
        #expect(report.lastEvaluation == nil)
        store.append(
            [(Labels(name: "down2", [("x", "1")]), 1), (Labels(name: "down2", [("x", "2")]), 1)],
            at: Timestamp(seconds: 10))
        set("a", 1, at: 10)
        var sink = StoreSink(store: store)
        var ticks = Duration.zero
        _ = state.evaluate(
            at: Timestamp(seconds: 10), over: store, into: &sink,
            clock: {
                ticks += .seconds(1)
                return ticks
            })
        report = state.report(every: .seconds(15))
        #expect(report.rules.map(\.health) == [.bad, .ok, .ok])
        #expect(report.rules[0].lastError?.contains("many-to-many") == true)
        #expect(report.rules[1].lastError == nil)
        #expect(report.rules.map(\.duration) == [.seconds(1), .seconds(1), .seconds(1)])
        #expect(report.duration == .seconds(3))
        #expect(report.lastEvaluation == Timestamp(seconds: 10))
        #expect(report.rules[1].alerts.map(\.state) == [.firing])
    }

    @Test(.timeLimit(.minutes(5))) func `ten thousand alerts of one rule are no burden`() throws {
        var state = GroupState(try group(rule(", for: 10s")))
        let names = (0..<10_000).map { Labels(name: "down", [("domain", "d\($0)")]) }
        for second in [10, 20, 30] {
            store.append(names.map { ($0, 1) }, at: Timestamp(seconds: Double(second)))
            var sink = StoreSink(store: store)
            let outcome = state.evaluate(at: Timestamp(seconds: Double(second)), over: store, into: &sink)
            #expect(outcome.changes.count == (second <= 20 ? 10_000 : 0))
            #expect(outcome.moves.count == outcome.changes.count)
        }
        #expect(state.alerts.count == 10_000)
    }
}
