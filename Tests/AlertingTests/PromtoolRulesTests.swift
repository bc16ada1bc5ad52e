// SPDX-License-Identifier: Apache-2.0
import PromQL
import SeriesStore
import TestHosts
import Testing
import Vocabulary

@testable import Alerting

/// The state machine beside Prometheus's own: the same rules over the same series, minute by minute.
///
/// `promtool test rules` (2.42) is given what this program makes of them and must agree. Its ranges and lookback include
/// their older end, so the rules are read in that dialect.
@Suite struct PromtoolRulesTests {
    private static let minutes = 24

    /// Flapping series: one that never rests, one that comes back in time and one that does not, one that ends.
    private static let series: [String: [String]] = [
        "x{d=\"steady\"}": values { _ in "1" },
        "x{d=\"flaps\"}": values { $0 % 2 == 0 ? "1" : "0" },
        "x{d=\"threes\"}": values { $0 % 6 < 3 ? "1" : "0" },
        "x{d=\"once\"}": values { $0 >= 5 && $0 < 12 ? "1" : "0" },
        "x{d=\"ends\"}": values { $0 < 7 ? "1" : $0 == 7 ? "stale" : "_" },
        "x{d=\"gap\"}": values { $0 >= 9 && $0 < 12 ? "_" : "2" },
    ]

    private static func values(_ value: (Int) -> String) -> [String] {
        (0..<minutes).map(value)
    }

    private static let rules = """
        groups:
        - name: one
          rules:
          - {record: "x:double", expr: "x * 2", labels: {by: rule, d2: ""}}
          - {alert: Now, expr: x == 1}
          - {alert: For, expr: x >= 1, for: 2m, labels: {sev: "{{ if gt $value 1.5 }}high{{ else }}low{{ end }}"}}
          - {alert: Keep, expr: x == 1, keep_firing_for: 2m}
          - {alert: Both, expr: x == 1, for: 2m, keep_firing_for: 3m, annotations: {v: "{{ $value }}"}}
          - {alert: Seen, expr: 'sum by (d) (ALERTS{alertname=~"For|Both", alertstate="firing"})', for: 1m}
          - {alert: Since, expr: 'time() - ALERTS_FOR_STATE{alertname="Both"} >= 240'}
          - {record: firing, expr: 'count by (alertname, alertstate) (ALERTS)'}

        """

    private static let watched = ["ALERTS", "ALERTS_FOR_STATE", "x:double", "firing"]

    @Test func `every alert and recorded series is Prometheus's, at every minute`() async throws {
        let directory = try OwnedDirectory()
        let file = try directory.write("rules.yml", Self.rules.utf8)
        var text = "rule_files: [\"\(file)\"]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
        for (name, values) in Self.series.sorted(by: { $0.key < $1.key }) {
            text += "  - {series: '\(name)', values: '\(values.joined(separator: " "))'}\n"
        }
        text += "  promql_expr_test:\n"
        var samples = 0
        for (minute, expression, found) in try replay() {
            text += "  - expr: \(expression)\n    eval_time: \(minute)m\n    exp_samples:\n"
            for (labels, value) in found { text += "    - {labels: '\(labels)', value: \(value)}\n" }
            samples += found.count
        }
        #expect(samples > 500)
        let tests = try directory.write("tests.yml", text.utf8)
        let said = try await run("promtool", ["test", "rules", tests])
        #expect(said.contains("SUCCESS"), "\(said)")
        // The comparison can fail: with one value changed it does.
        let wrong = try directory.write("wrong.yml", text.replacing("value: 1.0}", with: "value: 3}").utf8)
        let refused = try? await run("promtool", ["test", "rules", wrong])
        #expect(refused == nil)
        await directory.remove()
    }

    /// What each watched name is at each minute after the rules were evaluated.
    private func replay() throws -> [(Int, String, [(Labels, Double)])] {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(86_400)))
        let dialect = Dialect(version: .two)
        var groups = try RuleFile.parse(Self.rules, path: "r.yml", as: dialect).get().map { GroupState($0) }
        let queries = try Self.watched.map { try Query(parsing: $0, as: dialect) }
        var sink = StoreSink(store: store)
        var result: [(Int, String, [(Labels, Double)])] = []
        for minute in 0..<Self.minutes {
            let time = Timestamp(milliseconds: Int64(minute) * 60_000)
            for (name, values) in Self.series where values[minute] != "_" {
                let domain = try #require(name.split(separator: "\"").dropFirst().first)
                let value = Double(values[minute]) ?? StaleMarker.value
                store.append([(Labels(name: "x", [("d", String(domain))]), value)], at: time)
            }
            for index in groups.indices {
                let outcome = groups[index].evaluate(at: time, over: store, into: &sink)
                #expect(outcome.failures == [])
            }
            for query in queries {
                guard case .vector(let found) = try query.evaluate(at: time, over: store).value else { continue }
                result.append((minute, query.text, found.map { ($0.labels, $0.value) }))
            }
        }
        return result
    }
}
