// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import Notifying
import TestHosts
import Testing
import Vocabulary
import WebClient

/// What each channel's requests look like where they arrive.
@Suite struct ChannelTests {
    /// Values that a tenant may choose.
    static let hostile = [
        #"a"b\c"#, "line\nfeed\r\ttab", "\u{1}\u{7F}\u{0}nul", String(repeating: "x", count: 10_000),
        "\u{202E}gnp.exe\u{2066}", "<!channel> <http://evil|click> & [click](http://evil)", "{{ .Labels }}",
        "\u{1F600}",
        "'; rm -rf / #", "</script>",
    ]

    private func message(_ alerts: [Alert], receiver: String = "ops") -> Message {
        Message(
            receiver: receiver, groupLabels: Labels([Label("alertname", "DomainCrashed")]), routeKey: "{}",
            alerts: alerts, externalURL: "http://host:9177")
    }

    /// What arrives of a message, and what became of it.
    private func told(
        _ message: Message, _ behaviour: WebSink.Behaviour = .answer(200, body: "ok"),
        _ make: (Secret) throws -> any Channel
    ) async throws -> (requests: [WebSink.Request], outcome: Carrier.Outcome) {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(behaviour)
        let outcome = await Carrier { _ in }.tell(message, by: try make(.url(sink.url + "secret-path")))
        return (sink.requests, outcome)
    }

    private func arrived(
        _ message: Message, _ behaviour: WebSink.Behaviour = .answer(200, body: "ok"),
        _ make: (Secret) throws -> any Channel
    ) async throws -> (requests: [WebSink.Request], verdict: Verdict) {
        let (requests, outcome) = try await told(message, behaviour, make)
        return (requests, outcome.verdict)
    }

    @Test func `Slack gets an attachment with a colour`() async throws {
        let message = message([.of("web-1"), .of("web-2", .resolved)])
        let (requests, verdict) = try await arrived(message) { url in
            var slack = Slack(WebTarget(url: url))
            slack.channel = "#ops"
            slack.fields = [
                Slack.Field(title: "Severity", value: try MessageTemplate(parsing: "{{ .CommonLabels.severity }}"))
            ]
            return slack
        }
        #expect(verdict == .told)
        let request = try #require(requests.first)
        #expect(request.line == "POST /secret-path HTTP/1.1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(
            request.text == """
                {"channel":"#ops","attachments":[{"title":"[FIRING 1] DomainCrashed (critical)",\
                "text":"web-1 has crashed\\nResolved: web-2 has crashed\\n",\
                "fallback":"[FIRING 1] DomainCrashed (critical)","color":"danger","mrkdwn_in":["text","fields"],\
                "title_link":"http://host:9177",\
                "fields":[{"title":"Severity","value":"critical","short":true}]}]}
                """)
    }

    @Test(arguments: [
        ([Alert.of("a", .resolved)], "good"), ([.of("a", severity: "warning")], "warning"),
        ([.of("a", severity: "warning"), .of("b")], "danger"), ([.of("a", severity: "info")], "#439FE0"),
    ])
    func `Slack's colour is the worst alert's`(alerts: [Alert], color: String) async throws {
        let (requests, _) = try await arrived(message(alerts)) { Slack(WebTarget(url: $0)) }
        #expect(requests.first?.text.contains("\"color\":\"\(color)\"") == true)
    }

    @Test func `Slack's title is cut, and its label values call no channel`() async throws {
        let (requests, _) = try await arrived(message([.of("<!channel>" + String(repeating: "é", count: 10_000))])) {
            var slack = Slack(WebTarget(url: $0))
            slack.title = try MessageTemplate(parsing: "<b>{{ .CommonLabels.domain }}")
            return slack
        }
        let body = try JSONDecoder().decode(SlackBody.self, from: Data(requests.first?.body ?? []))
        let title = try #require(body.attachments.first?.title)
        #expect(title.unicodeScalars.count == 1024)
        // The template's own brackets stay.
        #expect(title.hasPrefix("<b>&lt;!channel&gt;éé"))
        #expect(title.hasSuffix("é…"))
    }

    private struct SlackBody: Decodable {
        struct Attachment: Decodable {
            var title: String
            var text: String
        }
        var attachments: [Attachment]
    }

    @Test(arguments: [
        (200, "ok", Verdict.told), (200, #"{"ok":true}"#, .told), (200, "", .told),
        (200, "invalid_payload", .refused(reason: #"it answered 200 with "invalid_payload" in place of ok"#)),
        (
            200, "no\u{1B}[31m\nteam" + String(repeating: "x", count: 500),
            .refused(reason: "it answered 200 in place of ok")
        ),
        (404, "no_service", .refused(reason: #"it answered 404 with "no_service""#)),
        (500, "x", .again(reason: "it answered 500", retryAfter: nil)),
    ])
    func `Slack's refusals may come with 200`(status: Int, body: String, verdict: Verdict) async throws {
        let outcome = try await arrived(message([.of("a")]), .answer(status, body: body)) { Slack(WebTarget(url: $0)) }
        #expect(outcome.verdict == verdict)
    }

    @Test func `PagerDuty gets an event for each alert`() async throws {
        let message = message([.of("web-1", severity: "page"), .of("web-2", .resolved)])
        let (requests, verdict) = try await arrived(message, .answer(202, body: #"{"status":"success"}"#)) {
            var channel = PagerDuty(.text("KEY"), target: WebTarget(url: $0))
            channel.severities = ["page": .critical]
            channel.details = [("firing", try MessageTemplate(parsing: "{{ len .Alerts.Firing }}"))]
            return channel
        }
        #expect(verdict == .told)
        try #require(requests.count == 2)
        let fingerprints: [String] = message.alerts.map { $0.labels.fingerprint }
        #expect(
            requests[0].text == """
                {"routing_key":"KEY","event_action":"trigger","dedup_key":"\(fingerprints[0])",\
                "payload":{"summary":"web-1 has crashed","source":"web-1","severity":"critical",\
                "timestamp":"1970-01-01T00:00:00.000Z","class":"DomainCrashed",\
                "custom_details":{"labels":{"alertname":"DomainCrashed","domain":"web-1","severity":"page"},\
                "annotations":{"summary":"web-1 has crashed"},"firing":"1"}},\
                "client":"virtwarden","client_url":"http://host:9177",\
                "links":[{"href":"http://host:9177/graph?g0.expr=increase%28crashes%5B5m%5D%29+%3E+0\\u0026g0.tab=1",\
                "text":"the expression"}]}
                """)
        #expect(
            requests[1].text
                == #"{"routing_key":"KEY","event_action":"resolve","dedup_key":"\#(fingerprints[1])"}"#)
    }

    @Test func `a trigger and its resolve have one key`() async throws {
        var keys: [String] = []
        for state in [Alert.State.firing, .resolved] {
            let (requests, _) = try await arrived(message([.of("web-1", state)]), .answer(202)) {
                PagerDuty(.text("KEY"), target: WebTarget(url: $0))
            }
            let text = try #require(requests.first?.text)
            keys.append(String(text.split(separator: "\"dedup_key\":\"")[1].prefix(16)))
        }
        #expect(keys[0] == keys[1])
    }

    @Test func `events that were taken are not sent again when a later one has to be`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let channel = PagerDuty(.text("KEY"), target: WebTarget(url: .url(sink.url)))
        let carrier = Carrier { _ in
        } heard: { _ in
            // PagerDuty has a limit of events a minute.
            sink.behave(sink.requests.count % 2 == 0 ? .answer(202) : .answer(429))
        }
        sink.behave(.answer(202))
        let message = message((0..<3).map { .of("web-\($0)") })
        for attempt in 1...2 {
            let verdict = await carrier.tell(message, by: channel).verdict
            #expect(verdict == .again(reason: "it answered 429", retryAfter: nil), "attempt \(attempt)")
        }
        #expect(await carrier.tell(message, by: channel).verdict == .told)
        let sent = sink.requests.map { request in (0..<3).first { request.text.contains("web-\($0)") } }
        #expect(sent == [0, 1, 1, 2, 2])
        // Once all is told, the same is sent anew.
        sink.behave(.answer(202))
        _ = await carrier.tell(message, by: channel)
        #expect(sink.requests.count > 5 && sink.requests[5].text.contains("web-0"))
    }

    @Test(arguments: [("critical", "critical"), ("WARNING", "warning"), ("page", "error"), ("", "error")])
    func `PagerDuty's severity is the label's`(label: String, severity: String) async throws {
        let (requests, _) = try await arrived(message([.of("web-1", severity: label)]), .answer(202)) {
            PagerDuty(.text("KEY"), target: WebTarget(url: $0))
        }
        #expect(requests.first?.text.contains("\"severity\":\"\(severity)\",\"timestamp\"") == true)
    }

    @Test func `Teams gets a card`() async throws {
        let (requests, verdict) = try await arrived(message([.of("web-1"), .of("web-2")]), .answer(202)) {
            Teams(WebTarget(url: $0))
        }
        #expect(verdict == .told)
        #expect(
            requests.first?.text == """
                {"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive",\
                "contentUrl":null,"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json",\
                "type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock",\
                "text":"[FIRING 2] DomainCrashed (critical)","size":"Large","weight":"Bolder","wrap":true,\
                "color":"Attention"},{"type":"TextBlock","text":"web-1 has crashed\\n\\nweb-2 has crashed",\
                "wrap":true}],"msteams":{"width":"Full"},\
                "actions":[{"type":"Action.OpenUrl","title":"Open","url":"http://host:9177"}]}}]}
                """)
    }

    @Test func `Teams gets no more than it takes`() async throws {
        let alerts = (0..<1000).map { Alert.of("\($0)" + String(repeating: "<\u{1F600}", count: 2000)) }
        let (requests, _) = try await arrived(message(alerts), .answer(202)) { Teams(WebTarget(url: $0)) }
        let count = try #require(requests.first?.body.count)
        #expect(count < 28_000)
        #expect(count > 5_000)
    }

    @Test func `http sends what its settings say`() async throws {
        let (requests, verdict) = try await arrived(message([.of("web-1")]), .answer(204)) {
            var target = WebTarget(url: $0, headers: [("X-Team", "ops"), ("x-two", "2")])
            target.client.authorization = .basic(user: .text("u"), password: .text("p"))
            let body = CustomBody(
                try MessageTemplate(parsing: "{{ .Status }} {{ .CommonLabels.domain }}\n"), contentType: "text/plain")
            return HTTPRequest(target, method: .put, body: body)
        }
        #expect(verdict == .told)
        let request = try #require(requests.first)
        #expect(request.line == "PUT /secret-path HTTP/1.1")
        #expect(request.text == "firing web-1\n")
        #expect(request.headers["content-type"] == "text/plain")
        #expect(request.headers["x-team"] == "ops" && request.headers["x-two"] == "2")
        #expect(request.headers["authorization"] == "Basic dTpw")
    }

    @Test(arguments: [("Bearer", "Bearer T"), ("GenieKey", "GenieKey T")])
    func `a token comes from its file, which is read each time`(scheme: String, header: String) async throws {
        let directory = try OwnedDirectory()
        let path = try directory.write("token", "T \n".utf8)
        var client = WebClientSettings()
        client.authorization = .other(type: scheme, credentials: .file(path))
        let (requests, _) = try await arrived(message([.of("web-1")])) { [client] in
            Webhook(WebTarget(url: $0, client: client))
        }
        #expect(requests.first?.headers["authorization"] == header)
        await directory.remove()
        let missing = try await arrived(message([.of("web-1")])) { [client] in
            Webhook(WebTarget(url: $0, client: client))
        }
        #expect(missing.requests.isEmpty)
        guard case .again(let reason, nil) = missing.verdict else { throw HostError("\(missing.verdict)") }
        #expect(reason.hasSuffix("cannot read \(path): No such file or directory; check the path; check the file"))
    }

    @Test func `the log gets a line`() async throws {
        let lines = Lines()
        let carrier = Carrier { lines.take($0) }
        let alerts = [Alert.of("web-1"), .of("a\nERROR forged\u{202E}", .resolved)]
        #expect(await carrier.tell(message(alerts), by: LogLine()).verdict == .told)
        #expect(
            lines.all == [
                "firing DomainCrashed web-1 critical: web-1 has crashed; "
                    + "resolved DomainCrashed a ERROR forged critical: a ERROR forged has crashed"
            ])
    }

    @Test(arguments: hostile)
    func `hostile label values break no format`(value: String) async throws {
        let alerts = [Alert.of(value), .of(value, .resolved)]
        let body = try MessageTemplate(parsing: #"{"d": {{ toJson .CommonLabels.domain }}, "all": {{ toJson . }} }"#)
        let makers: [(Secret) -> any Channel] = [
            { Slack(WebTarget(url: $0)) }, { Teams(WebTarget(url: $0)) }, { Webhook(WebTarget(url: $0)) },
            { PagerDuty(.text("KEY"), target: WebTarget(url: $0)) }, { Webhook(WebTarget(url: $0), body: body) },
            { HTTPRequest(WebTarget(url: $0), body: CustomBody(body)) },
        ]
        for make in makers {
            let (requests, verdict) = try await arrived(message(alerts)) { make($0) }
            #expect(verdict == .told)
            for request in requests {
                #expect(throws: Never.self) { try JSONDecoder().decode(Anything.self, from: Data(request.body)) }
                #expect(!request.text.contains("<!channel>"))
            }
        }
        let (requests, _) = try await arrived(message(alerts)) { Webhook(WebTarget(url: $0), body: body) }
        let told = try JSONDecoder().decode(Domain.self, from: Data(requests.first?.body ?? []))
        #expect(told.d == value)
    }

    @Test func `labels without measure are told by every channel`() async throws {
        let many = Labels((0..<5000).map { Label("label_\($0)", "\u{1}\u{2028}\"\u{FFFF}\u{FFFD}" + "\u{1F600}") })
        let long = Labels([
            Label("alertname", "A"), Label("domain", String(repeating: "\u{1}\"<é\u{0}", count: 200_000)),
        ])
        let body = try MessageTemplate(parsing: #"{"d": "{{ .CommonLabels.domain }}", "l": "{{ .CommonLabels }}"}"#)
        let makers: [(Secret) -> any Channel] = [
            { Slack(WebTarget(url: $0)) }, { Teams(WebTarget(url: $0)) }, { Webhook(WebTarget(url: $0)) },
            { PagerDuty(.text("KEY"), target: WebTarget(url: $0)) }, { Webhook(WebTarget(url: $0), body: body) },
        ]
        for labels in [many, long] {
            var alert = Alert.of("web-1")
            alert = Alert(
                labels: labels, annotations: labels, state: .firing, value: 1, activeAt: alert.activeAt,
                firedAt: alert.firedAt, resolvedAt: nil, expression: String(repeating: "x", count: 1 << 20))
            for make in makers {
                let (requests, verdict) = try await arrived(message([alert])) { make($0) }
                #expect(verdict == .told)
                let request = try #require(requests.first)
                #expect(throws: Never.self) { try JSONDecoder().decode(Anything.self, from: Data(request.body)) }
            }
            let (events, _) = try await arrived(message([alert])) {
                PagerDuty(.text("KEY"), target: WebTarget(url: $0))
            }
            // PagerDuty takes 512 kB.
            #expect(events.map(\.body.count).allSatisfy { $0 < 512_000 })
            let lines = Lines()
            #expect(await Carrier { lines.take($0) }.tell(message([alert]), by: LogLine()).verdict == .told)
            #expect(lines.all.map(\.unicodeScalars.count).allSatisfy { $0 <= 4096 })
        }
    }

    @Test func `an event that is refused keeps none of the others from being sent, three in a row do`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let channel = PagerDuty(.text("KEY"), target: WebTarget(url: .url(sink.url)))
        func carrier(_ refuses: @escaping @Sendable (Int) -> Bool) -> Carrier {
            let before = sink.requests.count
            sink.behave(refuses(0) ? .answer(400) : .answer(202))
            return Carrier { _ in
            } heard: { _ in
                sink.behave(refuses(sink.requests.count - before) ? .answer(400) : .answer(202))
            }
        }
        let message = message((0..<5).map { .of("web-\($0)") })
        let one = await carrier { $0 == 1 }.tell(message, by: channel)
        #expect(one.verdict == .refused(reason: "it answered 400") && one.reason == .status4xx)
        #expect(sink.requests.count == 5)
        let all = await carrier { _ in true }.tell(message, by: channel)
        #expect(all.verdict == .refused(reason: "it answered 400"))
        #expect(sink.requests.count == 8)
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    private struct Domain: Decodable {
        var d: String
    }

    @Test func `a body that a label keeps from being JSON is made with escaped labels, and it is said`() async throws {
        let body = try MessageTemplate(parsing: #"{"text": "{{ .CommonLabels.domain }}", "n": {{ len .Alerts }}}"#)
        let good = try await told(message([.of("web-1")])) { Webhook(WebTarget(url: $0), body: body) }
        #expect(good.requests.first?.text == #"{"text": "web-1", "n": 1}"#)
        #expect(good.outcome.complaints.isEmpty)
        let bad = try await told(message([.of("a\"b\\\n")])) { Webhook(WebTarget(url: $0), body: body) }
        #expect(bad.outcome.verdict == .told)
        #expect(bad.requests.first?.text == #"{"text": "a\"b\\\n", "n": 1}"#)
        let complaint = try #require(bad.outcome.complaints["body"])
        #expect(complaint.hasPrefix("the template body makes no JSON of this message: "))
        #expect(complaint.hasSuffix("; write label values through toJson, as {{ toJson .CommonLabels.domain }}"))
    }

    @Test func `a body that is never JSON is a plain text in JSON`() async throws {
        let body = try MessageTemplate(parsing: #"{"text": {{ .CommonLabels.domain }}"#)
        let (requests, outcome) = try await told(message([.of(#"a"b"#)])) { Webhook(WebTarget(url: $0), body: body) }
        #expect(outcome.verdict == .told && outcome.complaints.keys.sorted() == ["body"])
        let said = "[FIRING] DomainCrashed (1 alert) (a template of receiver ops made no JSON)"
        #expect(requests.first?.text == #"{"text":"\#(said)"}"#)
    }

    @Test func `a template that fails is replaced, and the alert is told`() async throws {
        let broken = try MessageTemplate(parsing: "x{{ index .Alerts 7 }}")
        let said =
            "[FIRING] DomainCrashed (1 alert) (a template of receiver ops failed: "
            + "error calling index: index out of range: 7)"
        let makers: [(Secret) -> any Channel] = [
            {
                var slack = Slack(WebTarget(url: $0))
                slack.text = broken
                return slack
            },
            {
                var teams = Teams(WebTarget(url: $0))
                teams.title = broken
                return teams
            },
            {
                var channel = PagerDuty(.text("KEY"), target: WebTarget(url: $0))
                channel.summary = broken
                return channel
            },
            { Webhook(WebTarget(url: $0), body: broken) },
            { HTTPRequest(WebTarget(url: $0), body: CustomBody(broken, contentType: "text/plain")) },
        ]
        for make in makers {
            let (requests, verdict) = try await arrived(message([.of("web-1")])) { make($0) }
            #expect(verdict == .told)
            let text = try #require(requests.first?.text)
            // In Teams, brackets are escaped.
            #expect(text.contains(said) || text.contains(#"\\[FIRING\\]"# + said.dropFirst("[FIRING]".count)))
        }
    }

    @Test func `what is secret is never printed`() throws {
        var client = WebClientSettings()
        client.authorization = .other(type: "B", credentials: .text("key"))
        let webhook = Webhook(WebTarget(url: .url("http://h/token"), client: client))
        var dumped = "\(webhook)" + String(reflecting: webhook)
        dump(webhook, to: &dumped)
        let pager = PagerDuty(.text("key"), target: webhook.target)
        dumped += "\(pager)"
        dump(pager, to: &dumped)
        #expect(!dumped.contains("token\"") && !dumped.contains("h/token") && !dumped.contains("key\""))
    }

    @Test func `a file without a URL is said, without what is in it`() async throws {
        let directory = try OwnedDirectory()
        defer { Task { await directory.remove() } }
        for (text, words) in [("", "holds no URL"), ("https//hooks/SECRET", "holds no URL that begins with http://")] {
            let path = try directory.write("url", text.utf8)
            let verdict = await Carrier { _ in }.tell(message([.of("a")]), by: Slack(WebTarget(url: .file(path))))
                .verdict
            guard case .again(let reason, _) = verdict else { throw HostError("\(verdict)") }
            #expect(reason.contains(words) && !reason.contains("SECRET"))
        }
    }
}
