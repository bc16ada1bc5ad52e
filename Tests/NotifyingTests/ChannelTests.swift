// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Notifying
import TestHosts
import Testing
import Vocabulary
import WebClient

@Suite struct ChannelTests {
    private let endpoint = Endpoint(address: .url("http://127.0.0.1/x"))

    private func message(_ alerts: [Alert]) -> Message {
        Message(
            receiver: "ops", groupLabels: Labels([Label("alertname", "DomainCrashed")]), routeText: "", alerts: alerts,
            externalURL: "http://host:9177")
    }

    /// The bodies as they are sent.
    private func bodies(_ channel: some Channel, _ alerts: [Alert]) throws -> [String] {
        try channel.parcels(for: message(alerts)).map { parcel in
            guard case .request(let request) = parcel else { return "" }
            return String(decoding: request.body, as: UTF8.self)
        }
    }

    /// A domain's name that would break out of any text that took it as it is.
    private let hostile = "\"}]<!channel>*[a](http://x)\n\u{1}\u{202E}" + String(repeating: "x", count: 10_000)

    @Test func `the channels are sorted by key`() {
        let keys = Channels.all.map { $0.key }
        #expect(keys == Set(keys).sorted())
    }

    @Test func `Slack gets one attachment, coloured, that calls nobody`() throws {
        let body = try #require(
            try bodies(Slack(endpoint, channel: "#vm"), [.of("web-1"), .of("web-2", .resolved)]).first)
        #expect(
            body == #"{"attachments":[{"color":"danger","fallback":"[FIRING:1] DomainCrashed","mrkdwn_in":[],"text":"#
                + #""firing: web-1 has crashed\nresolved: web-2 has crashed","title":"[FIRING:1] DomainCrashed","#
                + ##""title_link":"http://host:9177"}],"channel":"#vm"}"##)
        #expect(try bodies(Slack(endpoint), [.of("web", .resolved)])[0].contains(#""color":"good""#))
        let other = try bodies(Slack(endpoint), [.of(hostile)])[0]
        #expect(other.utf8.count < 6000 && !other.contains("<!channel>"))
        #expect(throws: Never.self) { try JSONDecoder().decode(Loose.self, from: Data(other.utf8)) }
    }

    private struct Loose: Decodable {
        struct Attachment: Decodable { let title: String }
        let attachments: [Attachment]
    }

    @Test func `an error that Slack answers with 200 is one`() {
        let slack = Slack(endpoint)
        #expect(slack.verdict(on: WebResponse(status: 200, body: Array("ok".utf8))) == .told)
        guard case .refused = slack.verdict(on: WebResponse(status: 200, body: Array(#"{"ok":false}"#.utf8))) else {
            Issue.record("an error was taken for an answer")
            return
        }
        guard case .again = slack.verdict(on: WebResponse(status: 429)) else {
            Issue.record("too many requests are no reason to give up")
            return
        }
    }

    private struct Event: Decodable {
        struct Payload: Decodable {
            let summary: String
            let severity: String
            let source: String
            let component: String?
            let timestamp: String
        }
        let routing_key: String
        let event_action: String
        let dedup_key: String
        let payload: Payload?
    }

    @Test func `PagerDuty gets an event an alert, resolved under the key that it was triggered with`() async throws {
        let directory = try OwnedDirectory()
        let file = try directory.write("key", Array("secret-key\n".utf8))
        let channel = PagerDuty(endpoint, routingKeyFile: file)
        let fired = Alert.of("web-1")
        let texts = try bodies(channel, [fired, .of("web-1", .resolved), .of(hostile, severity: "urgent")])
        let events = try texts.map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
        await directory.remove()
        #expect(events.map(\.event_action) == ["trigger", "resolve", "trigger"])
        #expect(events.map(\.routing_key) == Array(repeating: "secret-key", count: 3))
        #expect(events[0].dedup_key == events[1].dedup_key && events[0].dedup_key == fired.labels.fingerprint)
        #expect(events[0].payload?.severity == "critical" && events[2].payload?.severity == "error")
        #expect(events[0].payload?.summary == "web-1 has crashed" && events[0].payload?.component == "web-1")
        #expect(events[1].payload == nil)
        #expect((events[2].payload?.summary.unicodeScalars.count ?? 0) <= 1024)
        #expect(throws: ChannelError.self) { try bodies(channel, [fired]) }
    }

    private struct Card: Decodable {
        struct Attachment: Decodable {
            struct Content: Decodable {
                struct Block: Decodable { let text: String }
                let body: [Block]
            }
            let contentType: String
            let content: Content
        }
        let type: String
        let attachments: [Attachment]
    }

    @Test func `Teams gets an adaptive card whose texts make no links`() throws {
        let text = try bodies(Teams(endpoint), [.of("web-1"), .of(hostile)])[0]
        let card = try JSONDecoder().decode(Card.self, from: Data(text.utf8))
        #expect(card.type == "message")
        #expect(card.attachments[0].contentType == "application/vnd.microsoft.card.adaptive")
        let blocks = card.attachments[0].content.body.map(\.text)
        #expect(blocks.first == #"\[FIRING:2\] DomainCrashed"#)
        #expect(blocks.contains(#"firing: web-1 has crashed"#))
        #expect(!blocks.contains { $0.contains("[a](http") })
    }

    @Test func `of very many alerts a chat is told some, and how many more there are`() throws {
        let text = try bodies(Slack(endpoint), (0..<500).map { .of("web-\($0)") })[0]
        #expect(text.contains("[FIRING:500]") && text.contains("and 480 more"))
    }
}
