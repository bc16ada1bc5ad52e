// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import TestHosts
import Testing
import Vocabulary
import WebClient

@testable import Notifying

/// What a real Alertmanager sends of alerts, and what is sent here of the same ones.
@Suite struct AlertmanagerBodyTests {
    private static let start = "2026-11-20T10:00:00.25Z"

    /// Alerts of one group that differ in what order goes by.
    private static var alerts: [Alert] {
        let sets: [[String: String]] = [
            ["domain": "web-10"], ["domain": "web-9"], ["domain": "Web-9"], ["domain": "wéb"], ["domain": "w\u{1F600}"],
            ["domain": "a", "host": "n1"], ["host": "n1"], ["host": "n1", "job": "b"], ["host": "n2", "job": "a"],
            ["job": "a", "instance": "z"], ["job": "a", "instance": "y", "domain": "x"], ["instance": "a"],
            ["domain": "a", "zone": "1"], ["zone": "0"], ["domain": "a\"b\\c\nd"], [:], ["a": "1"], ["job": "z"],
        ]
        let start = Timestamp(rfc3339: start)
        return sets.map { set in
            Alert(
                labels: Labels(
                    set.map { Label($0.key, $0.value) } + [Label("alertname", "A"), Label("severity", "critical")]),
                annotations: Labels([Label("summary", "s")]), state: .firing, value: 1,
                activeAt: start ?? Timestamp(milliseconds: 0), firedAt: start, resolvedAt: nil, expression: "up")
        }
    }

    /// What Alertmanager sends of `alerts`, by these routes below its root.
    private func recorded(_ routes: String) async throws -> String {
        let sink = try WebSink()
        defer { sink.stop() }
        let server = try await AlertmanagerServer.start(webhook: sink.url, routes: routes, groupWait: "1s")
        let standing = Self.alerts.map { StandingAlert(alert: $0, interval: .seconds(3600)) }
        let settings = AlertmanagerSettings(externalURL: server.url)
        let body = AlertmanagerBody(
            standing, for: AlertmanagerTarget(name: "am", url: server.url), settings,
            now: Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)))
        let answer = try await WebClient().send(
            WebRequest(
                url: server.url + "/api/v2/alerts", method: "POST", headers: [("Content-Type", "application/json")],
                body: body.json))
        #expect(answer.status == 200)
        // Alerts that are old already do not wait for those that come a moment later: a message of some may go before.
        @Sendable func whole() -> String? {
            sink.requests.map(\.text).first { $0.split(separator: #""fingerprint":"#).count > Self.alerts.count }
        }
        try await waitUntil("it has sent them") { whole() != nil }
        let text = try #require(whole())
        // It calls itself by its host's name.
        let own = try #require(text.split(separator: #""externalURL":""#).last?.prefix { $0 != "\"" })
        await server.stop()
        return text.split(separator: own, omittingEmptySubsequences: false).joined(separator: server.url)
    }

    @Test(arguments: [
        ("[]", [Route](), "{}"),
        (
            #"[{matchers: ['severity=~"crit.*"', 'alertname=A'], receiver: all}]"#,
            [
                try Route(
                    matchers: AlertMatchers(parsing: [#"severity=~"crit.*""#, "alertname=A"]), receiver: "all")
            ], #"{}/{alertname="A",severity=~"crit.*"}"#
        ),
        ("[{receiver: all}]", [try Route(matchers: AlertMatchers(parsing: []), receiver: "all")], "{}/{}"),
    ])
    func `order, key and bytes are the same`(theirs: String, ours: [Route], key: String) async throws {
        let recorded = try await recorded(theirs)
        let externalURL = try #require(recorded.split(separator: #""externalURL":""#).last?.prefix { $0 != "\"" })
        let sink = try WebSink()
        defer { sink.stop() }
        let settings = NotifierSettings(
            receivers: [Receiver(name: "all", channel: Webhook(address: .url(sink.url)))], routes: ours,
            externalURL: String(externalURL))
        let notifier = Notifier(settings) { _ in }
        await notifier.take(Self.alerts.shuffled())
        try await waitUntil("it is sent") { !sink.requests.isEmpty }
        await notifier.stop(within: .seconds(1))
        #expect(recorded.contains(#""groupKey":"\#(key.escapedForLabel):{alertname=\"A\"}""#))
        #expect(sink.requests.first?.text == recorded)
    }
}
