// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program while something under its deliveries fails: the disk, a file of secrets, whoever answers.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DeliveryFaultTests {
    private let directory: OwnedDirectory
    private let sink: WebSink

    init() throws {
        directory = try OwnedDirectory()
        sink = try WebSink()
    }

    /// Writes rules by which these alerts fire.
    private func write(alerts: [String]) throws {
        let rules = alerts.map { "  - {alert: \($0), expr: vector(1), labels: {domain: web-1}}\n" }
        let text = "groups:\n- name: g\n  interval: 200ms\n  rules:\n\(rules.joined())"
        try directory.write("rules.yml", text.utf8)
    }

    private func configure(_ more: String) throws -> String {
        try directory.write(
            "config.yml",
            """
            connections: [{name: local, uri: "test:///default"}]
            sampling: {interval: 500ms}
            web: {listen: ["127.0.0.1:0"]}
            rule_files: ["\(directory.path)/rules.yml"]
            \(more)
            """.utf8)
    }

    private func told(_ name: String) -> Bool { sink.requests.contains { $0.text.contains(name) } }

    @Test(.enabled(if: geteuid() == 0))
    func `on a full disk alerts are told all the same; what is owed is kept when there is room again`() async throws {
        try write(alerts: ["First"])
        let file = try configure(
            """
            receivers: [{name: ops, webhook: {url: "\(sink.url)", timeout: 500ms}}]
            routes: [{to: ops, group_by: [alertname]}]
            state: {directory: "\(directory.path)/state"}
            """)
        let script = #"mkdir "$1"; mount -t tmpfs -o size=2m state "$1"; shift; exec "$@""#
        let agent = try ChildProcess(
            "unshare",
            ["-m", "sh", "-c", script, "sh", "\(directory.path)/state", BuiltProgram.path, "serve", "--config", file])
        let port = try await agent.port()
        try await waitUntil("the first is told") { self.told("First") }
        let state = "/proc/\(agent.pid)/root\(directory.path)/state"
        // SQLite gives room back when it closes a file: that is taken, too. The shell writes itself: a program that it had
        // started would outlive it, and take the room that is given back at the end.
        let filler = try ChildProcess(
            "sh",
            [
                "-c",
                #"while :; do while printf %01024d 0 >>"$1/fill"; do :; done 2>/dev/null; sleep 0.02; done"#,
                "sh", state,
            ])
        try await waitUntil("nothing more fits") {
            var status = statvfs()
            return statvfs(state, &status) == 0 && status.f_bavail == 0
        }
        try write(alerts: ["First", "Second"])
        agent.signal(SIGHUP)
        try await waitUntil("the second is told") { self.told("Second") }
        try await waitUntil("it is said") { !agent.lines("cannot keep notifications over a restart").isEmpty }
        try await waitUntil("it is counted") {
            try await Scenario.page(port).values("virtwarden_outbox_failures_total ").contains { $0 > 0 }
        }
        sink.behave(.answer(503))
        try write(alerts: ["First", "Second", "Third"])
        agent.signal(SIGHUP)
        try await waitUntil("the third is tried") { self.told("Third") }
        await filler.stop()
        unlink(state + "/fill")
        // The mount ends with the agent: what it has is copied.
        let copy = directory.path + "/copy"
        try await waitUntil("what is owed is in the file, and what was told", within: .seconds(90)) {
            try await run("sh", ["-c", #"rm -rf "$2"; cp -a "$1" "$2" || true"#, "sh", state, copy])
            // One that was copied while it was written to may be of no use.
            let rows = try? DatabaseHandle(path: copy + "/outbox.db").query("SELECT told FROM outbox ORDER BY told")
            return rows == [[.null], [.text("firing")], [.text("firing")]]
        }
        #expect(agent.lines("cannot keep notifications over a restart").count == 1)
        agent.signal(SIGKILL)
        _ = await agent.end()
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        try directory.write(
            "config.yml", text.split(separator: "/state").joined(separator: "/copy").utf8)
        let count = sink.requests.count
        sink.behave(.answer(200))
        let next = try BuiltProgram.start(["serve", "--config", file])
        try await waitUntil("the third is told") {
            self.sink.requests.dropFirst(count).contains { $0.text.contains("Third") }
        }
        let again = sink.requests.dropFirst(count).filter { $0.text.contains("First") || $0.text.contains("Second") }
        #expect(again.isEmpty, "\(again.map(\.text))")
        #expect(await next.stop() == .exited(0))
        sink.stop()
        await directory.remove()
    }

    @Test func `a certificate that is waited for without end holds neither rules nor other receivers, nor the end`()
        async throws
    {
        #expect(mkfifo(directory.path + "/ca.pem", 0o600) == 0)
        try write(alerts: ["First"])
        let secure = "https://127.0.0.1:\(sink.port)/"
        let hung = (0..<6).map {
            """
              - {name: hung-\($0), webhook: {url: "\(secure)", http_config: {tls_config: {ca_file: "\(directory.path)/ca.pem"}}}}

            """
        }
        let file = try configure(
            """
            receivers:
            \(hung.joined())
              - {name: ops, webhook: {url: "\(sink.url)"}}
            alertmanagers: [{name: hung, url: "\(secure)", tls_config: {ca_file: "\(directory.path)/ca.pem"}}]
            state: {directory: "\(directory.path)/state"}
            """)
        let agent = try BuiltProgram.start(["serve", "--config", file])
        let port = try await agent.port()
        for name in ["First", "Second", "Third"] {
            try write(alerts: ["First", "Second", "Third"].prefix { $0 != name } + [name])
            agent.signal(SIGHUP)
            try await waitUntil("\(name) is told") { self.told(name) }
        }
        let page = try await Scenario.page(port)
        #expect(page.values(#"virtwarden_notifications_total{receiver="hung-0",result="delivered"}"#) == [0])
        let before = page.values("virtwarden_rule_group_evaluations_total ").first ?? 0
        try await waitUntil("rules go on") {
            try await Scenario.page(port).values("virtwarden_rule_group_evaluations_total ").contains {
                $0 > before + 5
            }
        }
        let start = ContinuousClock.now
        agent.signal(SIGTERM)
        #expect(await agent.end() == .exited(0))
        #expect(start.duration(to: .now) < .seconds(8))
        sink.stop()
        await directory.remove()
    }

    @Test func `no secret is in the log, on a page, or in what a command prints, whatever fails`() async throws {
        try write(alerts: ["First"])
        let port = sink.port
        try directory.write("url", "http://127.0.0.1:\(port)/hush-path\n".utf8)
        try directory.write("dead", "https://u:hush@127.0.0.1:1/hush-path?hush\n".utf8)
        try directory.write("odd", "hush\u{1}hush\n".utf8)
        try directory.write("nourl", "hush://hush\n".utf8)
        sink.behave(.answer(404, body: "Cannot POST /hush-path"), at: "/hush-path")
        sink.behave(.answer(500, body: "hush"), at: "/hush-500?token=hush")
        sink.behave(.answer(301, fields: "Location: http://127.0.0.1:\(port)/hush-new\r\n"), at: "/hush-moved?hush")
        sink.behave(.babble("hush"), at: "/hush-babble")
        let home = "http://127.0.0.1:\(port)"
        let file = try configure(
            """
            receivers:
              - {name: a, webhook: {url: "http://u:hush@127.0.0.1:\(port)/hush-500?token=hush", headers: {X-Key: hush}}}
              - {name: b, slack: {url_file: "\(directory.path)/url"}}
              - {name: c, pagerduty: {routing_key: hush, url_file: "\(directory.path)/dead"}}
              - {name: d, teams: {url: "\(home)/hush-moved?hush", http_config: {follow_redirects: true}}}
              - {name: e, webhook: {url: "https://127.0.0.1:\(port)/hush", http_config: {authorization: {credentials: hush}}}}
              - {name: f, webhook: {url: "\(home)/", http_config: {authorization: {credentials_file: "\(directory.path)/odd"}}}}
              - {name: g, webhook: {url_file: "\(directory.path)/nourl"}}
              - {name: h, http: {url: "\(home)/hush-babble", body: "{{ .Nothing }}"}}
              - {name: i, webhook: {url: "\(home)/", http_config: {proxy_url: "http://u:hush@127.0.0.1:1/hush"}}}
              - {name: j, webhook: {url: "\(home)/ok", headers: {Authorization: "Bearer hush"}, http_config: {basic_auth: {username: u, password: hush}}}}
            alertmanagers:
              - {url: "http://u:hush@127.0.0.1:1/hush-path", basic_auth: {username: u, password: hush}}
              - {name: k, url: "\(home)/hush-babble"}
            state: {directory: "\(directory.path)/state"}
            """)
        let agent = try BuiltProgram.start(["serve", "--config", file, "--log-level", "debug"])
        let own = try await agent.port()
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            try await waitUntil("\(name) fails") { !agent.lines("told", "receiver=\(name)", "reason=").isEmpty }
        }
        try await waitUntil("an Alertmanager fails") { !agent.lines("told", "alertmanager 127.0.0.1:1").isEmpty }
        try await waitUntil("the last is told") { self.sink.requests.contains { $0.path == "/ok" } }
        var texts = [agent.standardError]
        for path in ["metrics", "api/v1/alerts", "api/v1/rules", "api/v1/events", "api/v2/silences", "-/ready", ""] {
            texts.append(try await get("http://127.0.0.1:\(own)/\(path)").text)
        }
        let process = try await run(
            "sh", ["-c", #"tr '\0' ' ' <"$1/cmdline"; tr '\0' ' ' <"$1/environ""#, "sh", "/proc/\(agent.pid)"])
        texts.append(process)
        for arguments in [["config", file], ["receivers", "--config", file]] {
            let result = try await BuiltProgram.run(["check"] + arguments)
            texts.append(result.output + result.errors)
        }
        for text in texts {
            #expect(!text.isEmpty)
            let line = text.split(separator: "\n").first { $0.contains("hush") }
            #expect(line == nil)
        }
        #expect(texts[1].contains("virtwarden_notifications_total{"))
        #expect(await agent.stop() == .exited(0))
        sink.stop()
        await directory.remove()
    }
}
