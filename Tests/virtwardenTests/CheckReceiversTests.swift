// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing

@Suite struct CheckReceiversTests {
    private let directory: OwnedDirectory

    init() throws {
        directory = try OwnedDirectory()
    }

    private func check(_ configuration: String, _ arguments: String...) async throws -> (
        code: Int32?, output: String, errors: String
    ) {
        let file = try directory.write("config.yml", configuration.utf8)
        return try await BuiltProgram.run(["check", "receivers", "--config", file] + arguments)
    }

    @Test func `each receiver is checked, and nothing is sent`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let good = try directory.write("good.url", "\(sink.url)\n".utf8)
        let bad = try directory.write("bad.url", "https//hooks/SECRET\n".utf8)
        let result = try await check(
            """
            allow_exec: true
            receivers:
              - {name: a, slack: {url_file: \(good)}}
              - {name: b, slack: {url_file: \(bad)}}
              - {name: c, slack: {url_file: \(directory.path)/missing}}
              - {name: d, webhook: {url_file: \(good), body: '{"d": "{{ .CommonLabels.domain }}"}'}}
              - {name: e, webhook: {url_file: \(good), body: '{"d": }'}}
              - {name: f, log: {text: "{{ .Nothing }}"}}
              - {name: g, exec: {program: /nowhere/tell}}
              - {name: h, exec: {program: /bin/true}}
            """)
        #expect(result.code == 1)
        #expect(result.output == "a: ok: slack\nh: ok: exec\n")
        let lines = result.errors.split(separator: "\n").map(String.init)
        try #require(lines.count == 6)
        #expect(lines[0].contains("b: <in \(bad)> holds no URL that begins with http:// or https://"))
        #expect(lines[1] == "c: cannot read \(directory.path)/missing: No such file or directory; check the path")
        #expect(lines[2].hasPrefix("d: the template body makes no JSON of this message: "))
        #expect(lines[2].hasSuffix(" when labels hold quotes or line feeds"))
        #expect(lines[3].hasPrefix("e: the template body makes no JSON of this message: "))
        #expect(!lines[3].hasSuffix("line feeds"))
        #expect(lines[4] == "f: the template text fails: can't evaluate field Nothing in type template.Data")
        #expect(lines[5] == "g: cannot run /nowhere/tell: No such file or directory")
        #expect(!result.errors.contains("SECRET"))
        #expect(sink.requests.isEmpty)
        await directory.remove()
    }

    @Test func `a program's end is known even where whoever started us ignores the end of children`() async throws {
        let file = try directory.write(
            "config.yml",
            """
            allow_exec: true
            receivers:
              - {name: ops, exec: {program: /bin/sh, arguments: [-c, "echo no such team; exit 65"]}}
            """.utf8)
        let child = try ChildProcess(
            "/bin/sh",
            [
                "-c", "trap '' CHLD; exec \"$@\"", "sh", BuiltProgram.path, "check", "receivers", "--config", file,
                "--send-test", "ops",
            ])
        _ = await child.end()
        let said = child.standardOutput + child.standardError
        #expect(said.contains("/bin/sh ended with 65: no such team"), "\(said)")
        await directory.remove()
    }

    @Test func `Alertmanagers are asked for their state, and sent no alert`() async throws {
        let server = try await AlertmanagerServer.start()
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(401), at: "/one/api/v2/status")
        sink.behave(.answer(200, body: "hello"), at: "/two/api/v2/status")
        let result = try await check(
            """
            alertmanagers:
              - {name: real, url: "\(server.url)"}
              - {name: one, url: "\(sink.url)", path_prefix: /one}
              - {name: two, url: "\(sink.url)two/"}
              - {name: dead, url: "http://127.0.0.1:1"}
              - {name: hidden, url: "\(sink.url)", basic_auth: {username: u, password_file: "\(directory.path)/none"}}
            """)
        #expect(result.code == 1)
        #expect(result.output.hasPrefix("alertmanager real: ok: Alertmanager 0."))
        #expect(result.output.hasSuffix(", cluster disabled\n"))
        let lines = result.errors.split(separator: "\n").map(String.init)
        try #require(lines.count == 4)
        #expect(lines[0] == "alertmanager one: it answered 401 to /api/v2/status; check its credentials")
        #expect(lines[1] == "alertmanager two: what answered is no Alertmanager; check url and path_prefix")
        #expect(lines[2].hasPrefix("alertmanager dead: cannot GET to http://127.0.0.1:1/…: "))
        #expect(lines[3].hasPrefix("alertmanager hidden: cannot read \(directory.path)/none: No such file"))
        #expect(sink.requests.allSatisfy { $0.line.hasPrefix("GET ") })
        #expect(try await !server.query().contains("Virtwarden"))
        let config = try await BuiltProgram.run(["check", "config", directory.path + "/config.yml"])
        #expect(config.output.contains(", 5 Alertmanagers (real, one, two, dead, hidden), "))
        await server.stop()
        await directory.remove()
    }

    @Test func `a test is sent through the channel, and its answer said`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let configuration = """
            receivers:
              - {name: ops, slack: {url: "\(sink.url)SECRET"}}
              - {name: pager, pagerduty: {routing_key: SECRET, url: "\(sink.url)"}}
              - {name: journal, log: {}}
            """
        sink.behave(.answer(200, body: "ok"))
        let slack = try await check(configuration, "--send-test", "ops")
        #expect(slack.code == 0)
        #expect(slack.output == "ops: ok: slack\nops: the test was sent; it answered 200\n")
        #expect(sink.requests.count == 1)
        #expect(sink.requests[0].text.contains("TEST: virtwarden can reach receiver ops"))
        // What is opened by a test is closed by it.
        sink.behave(.answer(202))
        let pager = try await check(configuration, "--send-test", "pager")
        #expect(pager.output == "pager: ok: pagerduty\npager: the test was sent; it answered 202, 202\n")
        #expect(sink.requests.dropFirst().map { $0.text.contains("\"trigger\"") } == [true, false])
        let journal = try await check(configuration, "--send-test", "journal")
        #expect(journal.output.contains("firing VirtwardenTest"))
        sink.behave(.answer(403, body: "invalid_token"))
        let refused = try await check(configuration, "--send-test", "ops")
        #expect(refused.code == 1)
        #expect(refused.errors == "ops: the test was not taken: it answered 403 with \"invalid_token\"\n")
        let unknown = try await check(configuration, "--send-test", "opps")
        #expect(unknown.code == 1)
        #expect(unknown.errors.contains("there is no receiver \"opps\" in \(directory.path)/config.yml; it has: ops, "))
        for result in [slack, pager, refused, unknown] { #expect(!(result.output + result.errors).contains("SECRET")) }
        await directory.remove()
    }

    @Test func `without a file it is wrong usage, with a wrong one the problems are said`() async throws {
        let none = try await BuiltProgram.run(["check", "receivers"])
        #expect(none.code == 2 && none.errors.contains("--config: give the configuration file"))
        let wrong = try await check("receivers: [{name: a, slack: {}}]")
        #expect(wrong.code == 1 && wrong.errors.contains("config.yml:1:30: receivers[0].slack: needs url or url_file"))
        let empty = try await check("receivers: []")
        #expect(empty.code == 0 && empty.output.hasSuffix("config.yml: ok: no receivers, no Alertmanagers\n"))
        await directory.remove()
    }
}
