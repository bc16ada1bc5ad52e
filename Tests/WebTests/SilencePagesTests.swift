// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Web

/// Keeps nothing, and says what it was asked.
struct PlainSilences: SilenceKeeper {
    let now = Timestamp(milliseconds: 1_000_000)

    func silences() async -> [Silence] {
        [
            Silence(
                id: "s1", scope: .alerts([LabelMatcher("a", .notMatches, "x\"<b>")]), startsAt: now,
                endsAt: now + .seconds(60), updatedAt: now, author: "ada", comment: "</script>\n"),
            Silence(
                id: "m1", scope: .domains(DomainScope(names: ["web-*"])), startsAt: now, endsAt: now, updatedAt: now,
                author: "ada", comment: "disks"),
        ]
    }
    func silences(passing filters: [String]) async throws(ChangeRefusal) -> [Silence] {
        if filters == ["("] { throw ChangeRefusal(.invalid, "filter: wrong") }
        return await silences()
    }
    func put(_ draft: SilenceDraft) async throws(ChangeRefusal) -> SilenceTaken {
        if draft.author == "full" { throw ChangeRefusal(.unavailable, "too many") }
        return SilenceTaken(silenceID: "\(draft.author) \(draft.endsAt.milliseconds) \(draft.id ?? "new")")
    }
    func expire(_ id: String, isMaintenance: Bool) async throws(ChangeRefusal) {
        if id != (isMaintenance ? "m1" : "s1") { throw ChangeRefusal(.unknown, "there is none") }
    }
}

@Suite struct SilencePagesTests {
    /// The answer to one request, at a listener of `host`.
    private func answer(
        _ method: String, _ path: String, _ body: String = "", headers: [String] = [], json: Bool = true,
        listening host: String = "127.0.0.1", rules: ChangeRules = ChangeRules()
    ) async throws -> Answer {
        var site = PlainSite()
        site.rules = rules
        let server = try await Server.start([.tcp(host: host, port: 0)], site: site)
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { Int($0) })
        let client = try Client(port: port)
        let type = json ? ["Content-Type: application/json"] : []
        let named = headers.contains { $0.hasPrefix("Host:") } ? [] : ["Host: 127.0.0.1:\(port)"]
        let lines = ["\(method) \(path) HTTP/1.1", "Content-Length: \(body.utf8.count)"] + named + type + headers
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        let answer = try #require(await client.readAnswers(1).first)
        await server.stop()
        return answer
    }

    private static let silence = """
        {"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z",\
        "endsAt":"2026-01-02T00:00:00.5+01:00","createdBy":"ada","comment":"why"}
        """

    @Test func `a silence is written as Alertmanager writes it`() async throws {
        let all = try await answer("GET", "/api/v2/silences")
        #expect(
            all.text == """
                [{"comment":"</script>\\n","createdBy":"ada","endsAt":"1970-01-01T00:17:40.000Z","id":"s1",\
                "matchers":[{"isEqual":false,"isRegex":true,"name":"a","value":"x\\"<b>"}],\
                "startsAt":"1970-01-01T00:16:40.000Z","status":{"state":"active"},\
                "updatedAt":"1970-01-01T00:16:40.000Z"}]
                """)
        #expect(all.headers["content-type"] == "application/json")
        #expect(all.headers["x-content-type-options"] == "nosniff")
        #expect(try await answer("GET", "/api/v2/silence/s1").text == String(all.text.dropFirst().dropLast()))
        #expect(try await answer("GET", "/api/v2/silence/m1").status == 404)
    }

    @Test(arguments: [
        ("POST", "/api/v2/silences", silence, 200, "{\"silenceID\":\"ada 1767308400500 new\"}"),
        ("POST", "/api/v2/silences", "{}", 400, "\"the body is no silence; it has matchers"),
        ("POST", "/api/v2/silences", "", 400, "\"the body is no silence"),
        ("POST", "/api/v2/silences", "[[[[[[[[", 400, "\"the body is no silence"),
        ("POST", "/api/v2/silences", silence.replacing("2026-01-02T", "soon"), 400, "\"endsAt: expected a time"),
        ("POST", "/api/v2/silences", silence.replacing("ada", "full"), 503, "\"too many\""),
        ("GET", "/api/v2/silences?filter=(", "", 400, "\"filter: wrong\""),
        ("DELETE", "/api/v2/silence/s1", "", 200, ""),
        ("DELETE", "/api/v2/silence/m1", "", 500, "\"there is none\""),
        ("PUT", "/api/v2/silences", "", 405, "This page takes GET, HEAD, POST only."),
        ("DELETE", "/api/v2/silences", "", 405, "This page takes GET, HEAD, POST only."),
        ("POST", "/api/v1/alerts", "", 405, "This page takes GET and HEAD only."),
        (
            "POST", "/api/v1/maintenance",
            "{\"domains\":[\"a\"],\"duration\":\"1h\",\"author\":\"ada\",\"comment\":\"c\"}",
            200, "\"silenceID\":\"ada 4600000 new\""
        ),
        (
            "POST", "/api/v1/maintenance", "{\"all\":true,\"duration\":\"290y\",\"author\":\"ada\",\"comment\":\"c\"}",
            200,
            "ada 34561000000 new"
        ),
        ("POST", "/api/v1/maintenance", "{\"duration\":\"1h\",\"author\":\"a\",\"comment\":\"c\"}", 400, "name some"),
        (
            "POST", "/api/v1/maintenance",
            "{\"all\":true,\"domains\":[\"a\"],\"duration\":\"1h\",\"author\":\"a\",\"comment\":\"c\"}", 400, "not both"
        ),
        ("POST", "/api/v1/maintenance", "{\"all\":true,\"author\":\"a\",\"comment\":\"c\"}", 400, "give endsAt"),
        ("DELETE", "/api/v1/maintenance/m1", "", 200, "\"state\":\"expired\""),
        ("DELETE", "/api/v1/maintenance/s1", "", 404, "\"error\":\"there is none\""),
        ("GET", "/api/v1/maintenance", "", 200, "\"domains\":[\"web-*\"]"),
        ("POST", "/api/v1/remediation/pause", "{}", 400, "the body is no order"),
        ("POST", "/api/v1/remediation/resume", "{\"author\":1}", 400, "the body is no order"),
        ("GET", "/api/v1/remediation/pause", "", 200, "\"data\":[]"),
        ("GET", "/api/v1/remediation/release", "", 400, "ask with POST"),
        ("DELETE", "/api/v1/remediation/pause", "", 405, "This page takes GET, HEAD, POST only."),
    ])
    func `answers`(_ method: String, _ path: String, _ body: String, _ status: Int, _ part: String) async throws {
        let answer = try await answer(method, path, body)
        #expect(answer.status == status)
        #expect(answer.text.contains(part) || part.isEmpty, "\(answer.text)")
    }

    @Test func `a body that is too large is refused`() async throws {
        let body = String(repeating: "x", count: 70_000)
        #expect(try await answer("POST", "/api/v2/silences", body).status == 413)
    }

    @Test(arguments: [
        // Headers, JSON or not, where it listens, the rules, whether it passes.
        ([], true, "127.0.0.1", ChangeRules(), true),
        ([], true, "0.0.0.0", ChangeRules(), false),
        ([], true, "", ChangeRules(), false),
        ([], true, "0.0.0.0", ChangeRules(fromAnywhere: true), true),
        ([], false, "127.0.0.1", ChangeRules(), false),
        (["Content-Type: text/plain"], false, "127.0.0.1", ChangeRules(), false),
        (["Content-Type: text/plain; a=application/json"], false, "127.0.0.1", ChangeRules(), false),
        (["Content-Type: application/json; charset=utf-8"], false, "127.0.0.1", ChangeRules(), true),
        (["Origin: http://evil.example"], true, "127.0.0.1", ChangeRules(), false),
        (["Origin: null"], true, "127.0.0.1", ChangeRules(), false),
        (["Sec-Fetch-Site: cross-site"], true, "127.0.0.1", ChangeRules(), false),
        (["Sec-Fetch-Site: same-site"], true, "127.0.0.1", ChangeRules(), false),
        (["Sec-Fetch-Site: same-origin"], true, "127.0.0.1", ChangeRules(), true),
        (["Origin: http://evil.example"], true, "0.0.0.0", ChangeRules(fromAnywhere: true), false),
        // A site whose name was made to lead here.
        (["Host: evil.example", "Origin: http://evil.example"], true, "127.0.0.1", ChangeRules(), false),
        (["Host: evil.example"], true, "127.0.0.1", ChangeRules(), false),
        (
            ["Host: evil.example", "Origin: http://evil.example"], true, "0.0.0.0", ChangeRules(fromAnywhere: true),
            false
        ),
        (["Host: node.example"], true, "0.0.0.0", ChangeRules(fromAnywhere: true), true),
        (
            ["Host: node.example:9177", "Origin: http://node.example:9177"], true, "127.0.0.1",
            ChangeRules(hosts: ["node.example"]), true
        ),
        (["Host: localhost:9177", "Origin: http://localhost:9177"], true, "127.0.0.1", ChangeRules(), true),
        (["Host: localhost:9177", "Origin: http://localhost:1"], true, "127.0.0.1", ChangeRules(), false),
        (["X-Forwarded-For: 192.0.2.7"], true, "127.0.0.1", ChangeRules(), false),
        (["Via: 1.1 proxy"], true, "127.0.0.1", ChangeRules(), false),
        (["X-Forwarded-For: 192.0.2.7"], true, "127.0.0.1", ChangeRules(fromAnywhere: true), true),
        (["Host: [::1]:9177"], true, "127.0.0.1", ChangeRules(), true),
        (["Host: "], true, "127.0.0.1", ChangeRules(), false),
    ])
    func `a change passes from this host alone, and from no page of another site`(
        _ headers: [String], _ json: Bool, _ host: String, _ rules: ChangeRules, _ passes: Bool
    ) async throws {
        let post = try await answer(
            "POST", "/api/v2/silences", Self.silence, headers: headers, json: json, listening: host, rules: rules)
        #expect((post.status == 200) == passes, "\(post.status) \(post.text)")
        if !passes { #expect(post.text.contains("chang")) }
        guard json else { return }
        let delete = try await answer(
            "DELETE", "/api/v1/maintenance/m1", headers: headers, json: false, listening: host, rules: rules)
        #expect(delete.status == (passes ? 200 : 403))
        let order = try await answer(
            "POST", "/api/v1/remediation/release", "{\"domain\":\"web\",\"author\":\"ada\"}", headers: headers,
            listening: host, rules: rules)
        // This site repairs nothing.
        #expect(order.status == (passes ? 503 : 403))
    }

    @Test func `reading needs no leave`() async throws {
        let headers = ["Origin: http://evil.example", "Host: evil.example"]
        #expect(try await answer("GET", "/api/v2/silences", headers: headers, listening: "0.0.0.0").status == 200)
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = self.range(of: part) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func range(of part: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }

    private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
