// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import Notifying
import Testing
import WebClient
import YAML

@testable import Configuration

@Suite struct ReceiverSettingsTests {
    private func receivers(_ text: String) throws -> [Receiver] {
        try ConfigurationFile.parse(text, path: "c.yml").get().notifying.receivers
    }

    private func problems(_ text: String) -> [String] {
        guard case .failure(let problems) = ConfigurationFile.parse(text, path: "c.yml") else { return [] }
        return problems.all.map(\.description)
    }

    @Test func `every channel reads its keys`() throws {
        let receivers = try receivers(
            #"""
            allow_exec: true
            receivers:
              - name: a
                exec: {program: /bin/tell, arguments: [-v, "x y"], timeout: 3s}
              - name: b
                http:
                  url: "http://h/x"
                  method: PUT
                  content_type: text/plain
                  headers: {X-A: "1"}
                  http_config: {authorization: {type: GenieKey, credentials_file: /etc/k}}
                  body: "{{ .Status }}"
              - {name: c, log: {text: "{{ .Status }}"}}
              - name: d
                pagerduty:
                  routing_key_file: /etc/k
                  severities: {page: critical}
                  default_severity: warning
                  summary: "s"
                  source: "t"
                  details: {one: "{{ .Status }}"}
                  client: c
                  client_url: "http://h"
              - name: e
                slack:
                  url_file: /etc/k
                  channel: "#ops"
                  title: "t"
                  text: "x"
                  link: "http://l"
                  color: "good"
                  fields: [{title: T, value: "{{ .Status }}", short: false}]
              - {name: f, teams: {url: "https://h/x", title: t, text: x, link: "http://l", timeout: 5s}}
              - {name: g, webhook: {url: "http://h", http_config: {basic_auth: {username: u, password: p}}, body: "{{ toJson . }}"}}
            """#)
        #expect(receivers.map(\.name) == ["a", "b", "c", "d", "e", "f", "g"])
        let exec = try #require(receivers[0].channel as? Exec)
        #expect(exec.program == "/bin/tell" && exec.arguments == ["-v", "x y"] && exec.timeout == .seconds(3))
        let http = try #require(receivers[1].channel as? HTTPRequest)
        #expect(
            http.method == .put && http.body.contentType == "text/plain" && http.body.template.text == "{{ .Status }}")
        #expect(http.target.client.authorization == .other(type: "GenieKey", credentials: .file("/etc/k")))
        #expect(http.target.headers.map(\.0) == ["X-A"])
        #expect((receivers[2].channel as? LogLine)?.text.text == "{{ .Status }}")
        let pager = try #require(receivers[3].channel as? PagerDuty)
        #expect(pager.routingKey == .file("/etc/k") && pager.target.url == .text(PagerDuty.defaultURL))
        #expect(pager.severities == ["page": .critical] && pager.defaultSeverity == .warning)
        #expect(pager.client == "c" && pager.details.map(\.name) == ["one"] && pager.summary.text == "s")
        let slack = try #require(receivers[4].channel as? Slack)
        #expect(slack.channel == "#ops" && slack.fields.map(\.isShort) == [false] && slack.color?.text == "good")
        let teams = try #require(receivers[5].channel as? Teams)
        #expect(teams.target.timeout == .seconds(5) && teams.title.text == "t")
        let webhook = try #require(receivers[6].channel as? Webhook)
        #expect(webhook.target.client.authorization == .basic(user: .text("u"), password: .text("p")))
        #expect(webhook.body?.template.text == "{{ toJson . }}")
    }

    @Test(arguments: [
        (
            "receivers: [{name: a, log: {}, slack: {url: \"http://h\"}}]",
            ["c.yml:1:13: receivers[0]: has several channels (log, slack); make a receiver of each"]
        ),
        (
            "receivers: [{name: a, slak: {url: \"http://h\"}}]",
            [
                "c.yml:1:13: receivers[0]: has no channel; give it one of: exec, http, log, pagerduty, slack, teams, webhook",
                #"c.yml:1:23: unknown key "receivers[0].slak"; did you mean "slack"?"#,
            ]
        ),
        (
            "receivers: [{name: a, slack: {url: \"http://h\", chanel: x}}]",
            [#"c.yml:1:48: unknown key "receivers[0].slack.chanel"; did you mean "channel"?"#]
        ),
        (
            "receivers: [{name: a, slack: {url: \"https//hooks/SECRET\"}}]",
            ["c.yml:1:36: receivers[0].slack.url: expected a URL that begins with http:// or https://"]
        ),
        (
            "receivers: [{name: a, slack: {url: \"http://h\", title: \"{{ .X\"}}]",
            [#"c.yml:1:55: receivers[0].slack.title: cannot read the template: unclosed action"#]
        ),
        (
            "receivers: [{name: a, exec: {program: /bin/true}}]",
            [
                "c.yml:1:29: receivers[0].exec: programs are run only with allow_exec: true at the top of the "
                    + "configuration"
            ]
        ),
        (
            "allow_exec: true\nreceivers: [{name: a, exec: {program: tell}}, {name: b, exec: {}}]",
            [
                #"c.yml:2:39: receivers[0].exec.program: expected an absolute path, as /usr/local/bin/tell, found "tell""#,
                "c.yml:2:63: receivers[1].exec: needs program, an absolute path",
            ]
        ),
        (
            "receivers: [{name: a, pagerduty: {}}, {name: b, pagerduty: {routing_key: x, routing_key_file: /x}}]",
            [
                "c.yml:1:34: receivers[0].pagerduty: needs routing_key or routing_key_file",
                "c.yml:1:95: receivers[1].pagerduty.routing_key_file: routing_key is there too; keep one of them",
            ]
        ),
        (
            "receivers: [{name: a, pagerduty: {routing_key: x, severities: {page: bad}}}]",
            [
                "c.yml:1:70: receivers[0].pagerduty.severities.page: expected one of critical, error, warning, info"
            ]
        ),
        (
            "receivers: [{name: a, http: {url: \"http://h\"}}]",
            ["c.yml:1:29: receivers[0].http: needs body, a template"]
        ),
        (
            "receivers: [{name: a, http: {url: \"http://h\", body: x, headers: {\"a b\": c, d: \"e\\n\"}}}]",
            [
                "c.yml:1:66: receivers[0].http.headers.a b: is no name of a header",
                "c.yml:1:76: receivers[0].http.headers.d: the value holds a control character",
            ]
        ),
        (
            "receivers: [{name: a, webhook: {url: \"http://h\", basic_auth: {username: u}, tls_config: {}}}]",
            [
                "c.yml:1:62: receivers[0].webhook.basic_auth: belongs into http_config, as in Alertmanager: "
                    + "http_config: {basic_auth: …}",
                "c.yml:1:89: receivers[0].webhook.tls_config: belongs into http_config, as in Alertmanager: "
                    + "http_config: {tls_config: …}",
            ]
        ),
        (
            "receivers: [{name: a, webhook: {url: \"http://h\", http_config: {basic_auth: {password: p}}}}]",
            ["c.yml:1:76: receivers[0].webhook.http_config.basic_auth: needs username or username_file"]
        ),
        (
            "outbox: {max_notifications: 10, max_bytes: 1, max_age: 1s, max_count: 5}",
            [
                "c.yml:1:29: outbox.max_notifications: expected a whole number from 1000 to 200000, found \"10\"",
                "c.yml:1:44: outbox.max_bytes: expected a whole number from 1048576 to 1073741824, found \"1\"",
                "c.yml:1:56: outbox.max_age: expected a duration from 1m to 30d, such as 30s or 1h30m, found \"1s\"",
                #"c.yml:1:60: unknown key "outbox.max_count""#,
            ]
        ),
    ])
    func `each mistake is said where it is`(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    @Test(arguments: ["Notifying", "Configuration"])
    func `every file of the folders Channels is in the list, sorted`(module: String) throws {
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/Sources/\(module)/Channels")
        #expect(files.sorted() == ConfiguredChannels.all.map { "\($0).swift" })
        #expect(ConfiguredChannels.all.map { $0.key } == ConfiguredChannels.all.map { $0.key }.sorted())
    }
}
