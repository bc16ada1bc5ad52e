// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Notifying
import Testing
import Vocabulary
import WebClient

@Suite struct WebhookTests {
    private struct Body: Decodable, Equatable {
        struct Entry: Decodable, Equatable {
            var status: String
            var labels: [String: String]
            var annotations: [String: String]
            var startsAt: String
            var endsAt: String
            var generatorURL: String
            var fingerprint: String
        }
        var version: String
        var groupKey: String
        var truncatedAlerts: Int
        var status: String
        var receiver: String
        var groupLabels: [String: String]
        var commonLabels: [String: String]
        var commonAnnotations: [String: String]
        var externalURL: String
        var alerts: [Entry]
    }

    private func body(_ alerts: [Alert]) throws -> Body {
        let message = Message(
            receiver: "ops", groupLabels: Labels([Label("alertname", "DomainCrashed")]),
            routeKey: #"{}/{severity="critical"}"#, alerts: alerts, externalURL: "http://host:9177")
        let request = try #require(try Webhook(address: .url("http://127.0.0.1/")).request(of: message))
        return try JSONDecoder().decode(Body.self, from: Data(request.body))
    }

    @Test func `the body has every field of version 4`() throws {
        let body = try body([.of("web-1"), .of("web-2", .resolved)])
        #expect(body.version == "4")
        #expect(body.status == "firing")
        #expect(body.receiver == "ops")
        #expect(body.groupKey == #"{}/{severity="critical"}:{alertname="DomainCrashed"}"#)
        #expect(body.truncatedAlerts == 0)
        #expect(body.groupLabels == ["alertname": "DomainCrashed"])
        #expect(body.commonLabels == ["alertname": "DomainCrashed", "severity": "critical"])
        #expect(body.commonAnnotations == [:])
        #expect(body.externalURL == "http://host:9177")
        #expect(body.alerts.map(\.status) == ["firing", "resolved"])
        #expect(body.alerts[0].startsAt == "1970-01-01T00:00:00Z")
        #expect(body.alerts.map(\.endsAt) == ["0001-01-01T00:00:00Z", "1970-01-01T00:01:00Z"])
        #expect(body.alerts[0].annotations == ["summary": "web-1 has crashed"])
        #expect(
            body.alerts[0].generatorURL
                == "http://host:9177/graph?g0.expr=increase%28crashes%5B5m%5D%29+%3E+0&g0.tab=1")
    }

    static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined()

    /// The alerts of the recorded bodies, given to Alertmanager 0.25 by its API.
    static func recordedAlerts(isOneResolved: Bool) throws -> [Alert] {
        func alert(_ domain: String, _ summary: String, _ start: String, _ end: String?) throws -> Alert {
            let start = try #require(Timestamp(rfc3339: start))
            return Alert(
                labels: Labels([
                    Label("alertname", "DomainCrashed"), Label("domain", domain), Label("severity", "critical"),
                ]),
                annotations: Labels([Label("summary", summary)]), state: end == nil ? .firing : .resolved, value: 1,
                activeAt: start, firedAt: start, resolvedAt: end.flatMap { Timestamp(rfc3339: $0) },
                expression: "increase(crashes[5m]) > 0")
        }
        let hostile = "a\"b\\c\nd\te\u{1}\u{7F}<&>\u{2028}\u{202E}\u{E9}\u{1F600}"
        return [
            try alert(hostile, "it's 5% <b>", "2026-11-20T10:00:00.25Z", nil),
            try alert(
                "web-1", "web-1 has crashed", "2026-11-20T10:00:00Z", isOneResolved ? "2026-11-20T10:01:00.125Z" : nil),
        ]
    }

    @Test(arguments: [("firing", false), ("resolved", true)])
    func `the body is Alertmanager's own, byte for byte`(name: String, isOneResolved: Bool) throws {
        let recorded = try Data(contentsOf: URL(filePath: Self.folder + "/Fixtures/alertmanager-0.25-\(name).json"))
        let message = Message(
            receiver: "ops", groupLabels: Labels([Label("alertname", "DomainCrashed")]),
            routeKey: #"{}/{severity="critical"}"#, alerts: try Self.recordedAlerts(isOneResolved: isOneResolved),
            externalURL: "http://host:9177")
        let body = try #require(try Webhook(address: .url("http://127.0.0.1/")).request(of: message)).body
        #expect(String(decoding: body, as: UTF8.self) == String(decoding: recorded, as: UTF8.self))
        // Field by field, so that a difference has a name.
        let ours = try JSONDecoder().decode(Body.self, from: Data(body))
        #expect(try ours == JSONDecoder().decode(Body.self, from: recorded))
    }

    @Test func `a message without a firing alert is a resolved one`() throws {
        #expect(try body([.of("web-1", .resolved)]).status == "resolved")
    }

    @Test func `a fingerprint is 64 bits of FNV-1a over names and values`() {
        // The empty set hashes to the offset basis, as in Prometheus's data model.
        #expect(Labels.none.fingerprint == "cbf29ce484222325")
        #expect(Labels([Label("a", "b")]).fingerprint != Labels([Label("ab", "")]).fingerprint)
        #expect(Labels([Label("a", "b")]).fingerprint.count == 16)
    }

    @Test func `the URL's file is read for each message, and said when it is missing`() throws {
        let path = "/tmp/virtwarden-url-\(UInt64.random(in: .min ... .max))"
        let webhook = Webhook(address: .file(path))
        let message = Message(receiver: "ops", groupLabels: .none, routeKey: "{}", alerts: [], externalURL: "")
        let error = #expect(throws: ChannelError.self) { try webhook.parcels(for: message, complain: { _, _ in }) }
        #expect(error?.description == "cannot read \(path): No such file or directory; check the path")
        try Data("http://127.0.0.1:1/a\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try webhook.request(of: message)?.url == "http://127.0.0.1:1/a")
        try Data("http://127.0.0.1:1/b\n".utf8).write(to: URL(filePath: path))
        #expect(try webhook.request(of: message)?.url == "http://127.0.0.1:1/b")
    }
}

extension Channel {
    /// The only request that carries `message`.
    func request(of message: Message) throws -> WebRequest? {
        guard case .request(let request)? = try parcels(for: message, complain: { _, _ in }).first else { return nil }
        return request
    }
}
