// SPDX-License-Identifier: Apache-2.0
import Configuration
import FoundationEssentials
import TestHosts
import Testing
import Vocabulary

@testable import Notifying

/// The same relabelling by a real Prometheus, which sends what it made of the same alerts to a sink.
@Suite struct RelabellingOracleTests {
    private struct Sent: Decodable {
        let labels: [String: String]
    }

    private static let steps = #"""
        - {source_labels: [domain], regex: '(.*)-(\d+)', target_label: number, replacement: '${2}'}
        - {source_labels: [domain, host], separator: '@', target_label: place}
        - {source_labels: [domain, none], target_label: shard, action: hashmod, modulus: 1000}
        - {source_labels: [domain], target_label: wide, action: hashmod, modulus: 4294967296}
        - {action: labelmap, regex: 'meta_(.+)', replacement: 'from_$1'}
        - {action: labeldrop, regex: 'meta_.*'}
        - {source_labels: [host], action: lowercase, target_label: host}
        - {source_labels: [domain], action: uppercase, target_label: loud}
        - {source_labels: [domain], action: drop, regex: 'secret.*'}
        - {source_labels: [domain], regex: 'eb', target_label: never, replacement: matched}
        - {source_labels: [team], target_label: team, regex: '', replacement: none}
        - {source_labels: [domain], target_label: 'for_$1', regex: '(web|db).*', replacement: 'yes'}
        - {source_labels: [domain], target_label: '$1', regex: '(.*)', replacement: 'no'}
        - {source_labels: [domain], target_label: odd, regex: '(.).*', replacement: '$$1 $1x ${1}x $9 $'}
        - {target_label: empty, replacement: ''}
        - {target_label: constant, replacement: 'ä"\ '}
        - {source_labels: [host], action: dropequal, target_label: twin}
        - {source_labels: [keep], action: keep, regex: '(?i)YES|'}

        """#

    private static let alerts: [[(String, String)]] = [
        [("domain", "web-1"), ("host", "N1"), ("meta_rack", "7"), ("site", "own")],
        [("domain", "db-22"), ("host", "n2"), ("team", "ops"), ("keep", "yes")],
        [("domain", "secret-1"), ("host", "n3")],
        [("domain", "twin"), ("host", "N4"), ("twin", "n4")],
        [("domain", "ünï-3"), ("meta_", "x"), ("meta_a_b", "y")],
        [("domain", "quiet"), ("keep", "no")],
        [("domain", "web\"\tline-5")],
    ]

    @Test func `makes of alerts what Prometheus makes of them`() async throws {
        let (directory, sink) = (try OwnedDirectory(), try WebSink())
        defer { sink.stop() }
        let ours = try Self.relabelled()
        let rules = Self.alerts.enumerated().map { number, labels in
            let texts = labels.map { "\($0.0): \"\($0.1.escapedForLabel)\"" }.joined(separator: ", ")
            return "      - {alert: A\(number), expr: vector(1), labels: {\(texts)}}"
        }
        try directory.write(
            "rules.yml",
            "groups:\n  - name: all\n    interval: 1s\n    rules:\n\(rules.joined(separator: "\n"))\n".utf8)
        let file = try directory.write(
            "prometheus.yml",
            """
            global: {external_labels: {site: eu, host: none}}
            rule_files: ["\(directory.path)/rules.yml"]
            alerting:
              alertmanagers: [{static_configs: [{targets: ["127.0.0.1:\(sink.port)"]}]}]
              alert_relabel_configs:
            \(Self.steps.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))

            """.utf8)
        let prometheus = try ChildProcess(
            "prometheus",
            [
                "--config.file=\(file)", "--storage.tsdb.path=\(directory.path)/tsdb",
                "--web.listen-address=127.0.0.1:\(try freePort())",
                // It knows its Alertmanagers some seconds after its alerts.
                "--rules.alert.resend-delay=1s",
            ])
        try await waitUntil("Prometheus sends") {
            if let ending = prometheus.ending { throw HostError("it ended: \(ending): \(prometheus.standardError)") }
            return try Self.alerts(in: sink.requests).count >= ours.count
        }
        // What else there is comes with them, or is sent again a second later.
        let count = sink.requests.count
        try await waitUntil("Prometheus sends again") { sink.requests.count > count }
        await prometheus.stop()
        await directory.remove()
        let theirs = try Self.alerts(in: sink.requests)
        #expect(ours.map(\.description).sorted() == theirs.map(\.description).sorted())
        #expect(ours.count == 5)
    }

    /// The labels of all alerts that were sent, each once.
    private static func alerts(in requests: [WebSink.Request]) throws -> Set<Labels> {
        let sent = try requests.flatMap { try JSONDecoder().decode([Sent].self, from: Data($0.body)) }
        return Set(sent.map { Labels($0.labels.map { Label($0.key, $0.value) }) })
    }

    /// What the agent makes of the alerts.
    private static func relabelled() throws -> [Labels] {
        let text = "external_labels: {site: eu, host: none}\nalert_relabel_configs:\n\(Self.steps)"
        let settings = try ConfigurationFile.parse(text, path: "c.yml").get().alertmanagers
        let target = AlertmanagerTarget(name: "any", url: "http://any")
        return alerts.enumerated().compactMap { number, labels in
            let all = labels.map { Label($0.0, $0.1) } + [Label("alertname", "A\(number)")]
            let alert = Alert(
                labels: Labels(all), annotations: .none, state: .firing, value: 1,
                activeAt: Timestamp(milliseconds: 0))
            return settings.labels(of: alert, for: target)
        }
    }
}
