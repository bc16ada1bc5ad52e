// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Web

@Suite struct QueryPagesTests {
    private func answer(_ request: String, site: PlainSite = PlainSite()) async throws -> Answer {
        let server = try await Server.start([.tcp(host: "127.0.0.1", port: 0)], site: site)
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { Int($0) })
        let client = try Client(port: port)
        client.send(request)
        let answer = try #require(await client.readAnswers(1).first)
        await server.stop()
        return answer
    }

    private func get(_ target: String, site: PlainSite = PlainSite()) async throws -> Answer {
        try await answer("GET /api/v1/\(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", site: site)
    }

    private func post(_ path: String, _ body: String, type: String? = nil) async throws -> Answer {
        let type = type ?? "application/x-www-form-urlencoded; charset=utf-8"
        return try await answer(
            "POST /api/v1/\(path) HTTP/1.1\r\nHost: x\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Connection: close\r\n\r\n\(body)")
    }

    @Test(arguments: [
        ("query?query=up", "up now limit 0"),
        ("query?query=up&time=&limit=", "up now limit 0"),
        ("query?query=up%2B1&time=1000.5&limit=3&timeout=1.5", "up+1 at 1000500 within 1500 limit 3"),
        ("query?query=up&time=1970-01-01T01:00:00.25%2B01:00&timeout=2m", "up at 250 within 120000 limit 0"),
        ("query?dedup=true&query=up", "up now limit 0"),
        ("query_range?query=up&start=0&end=11000&step=1", "up from 0 to 11000000 by 1000 limit 0"),
        ("query_range?query=up&start=-1&end=1&step=1h30m", "up from -1000 to 1000 by 5400000 limit 0"),
        ("query_range?query=1&start=0&end=11000.5&step=1s", "1 from 0 to 11000500 by 1000 limit 0"),
        ("series?match[]=up&match[]={a%3D~%22b|c%22}", #"series ["up", "{a=~\"b|c\"}"]"#),
        ("labels", "names []"), ("label/a_1/values?match[]=up", #"values(of: "a_1") ["up"]"#),
    ])
    func `parameters are read as Prometheus reads them`(target: String, asked: String) async throws {
        let answer = try await get(target)
        #expect(answer.status == 200)
        #expect(answer.text == asked)
        #expect(answer.headers["content-type"] == "application/json")
    }

    @Test(arguments: [
        ("query", "query: is missing; give an expression"),
        ("query?query=sum(", "query: 1:5: "),
        ("query?query=up&time=x", "time: expected seconds since 1970"),
        ("query?query=up&time=1e30", "time: expected"), ("query?query=up&time=NaN", "time: expected"),
        ("query?query=up&timeout=1parsec", "timeout: expected a duration"),
        ("query?query=up&timeout=1e99", "timeout: expected a duration"),
        ("query?query=up&timeout=0x10", "timeout: expected a duration"), ("query?query=up&time=0x10", "time: expected"),
        ("query?query=up&limit=-1", "limit: expected a number"),
        ("query_range?query=up&start=0&end=1", "step: is missing"),
        ("query_range?query=up&start=0&step=1", "end: is missing"),
        ("query_range?query=up&start=2&end=1&step=1", "end: lies before start"),
        ("query_range?query=up&start=0&end=1&step=0", "step: must be"),
        ("query_range?query=up&start=0&end=1&step=-1s", "step: expected"),
        ("query_range?query=up&start=0&end=1&step=0.0001", "step: must be"),
        ("query_range?query=up&start=0&end=11001&step=1", "step: makes more than 11,000 points"),
        ("query_range?query=up[5m]&start=0&end=1&step=1", "query: a range query needs"),
        ("query_range?query=%22a%22&start=0&end=1&step=1", "query: a range query needs"),
        ("series", "match[]: a selector is needed"), ("series?match[]=sum(up)", "match[]: is no selector"),
        ("series?match[]=up[5m]", "match[]: is no selector"), ("series?match[]=1", "match[]: is no selector"),
        ("series?match[]=a%2Bb", "match[]: is no selector"), ("label/a-b/values", "this is no name of a label"),
        ("label/%2e/values", "this is no name of a label"), ("rules?type=x", "type: expected alert or record"),
        ("rules?exclude_alerts=x", "exclude_alerts: expected"),
    ])
    func `what is wrong is said in a sentence`(target: String, sentence: String) async throws {
        let answer = try await get(target)
        #expect(answer.status == 400)
        #expect(
            answer.text.hasPrefix(#"{"status":"error","errorType":"bad_data","error":"\#(sentence)"#), "\(answer.text)")
    }

    @Test func `a query that fails or takes too long has its own status`() async throws {
        let wrong = try await get("query?query=wrong")
        #expect(wrong.status == 422)
        #expect(wrong.text == #"{"status":"error","errorType":"execution","error":"many-to-many"}"#)
        let slow = try await get("query?query=slow")
        #expect(slow.status == 503)
        #expect(slow.text == #"{"status":"error","errorType":"timeout","error":"the query took too long"}"#)
    }

    @Test func `a form is read like a query, and other bodies are not`() async throws {
        #expect(try await post("query", "query=up+%2B+1&time=5").text == "up + 1 at 5000 limit 0")
        #expect(try await post("query?time=1", "query=up&time=5").text == "up at 5000 limit 0")
        #expect(try await post("query", "{}", type: "application/json").status == 415)
        let large = "query=up&x=" + String(repeating: "x", count: 60_000)
        #expect(try await post("query", large).text == "up now limit 0")
        #expect(try await post("query", large + large).status == 413)
        let refused = try await post("rules", "")
        #expect(refused.status == 405)
        #expect(refused.headers["allow"] == "GET, HEAD")
    }

    private static let groups: [RuleGroupReport] = {
        var alert = Alert(
            labels: Labels([Label("alertname", "Down")]), annotations: .none, state: .firing, value: 1,
            activeAt: Timestamp(milliseconds: 1500))
        alert.keptSince = Timestamp(milliseconds: 2000)
        var down = RuleReport(
            kind: .alert(hold: .seconds(300), keepFiring: .milliseconds(500), annotations: .none, alerts: [alert]),
            name: "Down", query: "up < 1", labels: .none)
        down.health = .ok
        var bad = RuleReport(kind: .record, name: "a:b", query: "b", labels: Labels([Label("x", "y")]))
        bad.health = .bad
        bad.lastError = "no \"b\""
        bad.lastEvaluation = Timestamp(milliseconds: 0)
        bad.duration = .microseconds(1500)
        return [
            RuleGroupReport(file: "/f", name: "g", interval: .seconds(10), limit: 3, rules: [down, bad]),
            RuleGroupReport(file: "/f", name: "h", interval: .milliseconds(1500), limit: 0, rules: []),
        ]
    }()

    @Test func `rules and alerts have Prometheus's shape`() async throws {
        let alert =
            #"{"labels":{"alertname":"Down"},"annotations":{},"state":"firing","activeAt":"1970-01-01T00:00:01.500Z","#
            + #""keepFiringSince":"1970-01-01T00:00:02.000Z","value":"1e+00"}"#
        let down =
            #"{"state":"firing","name":"Down","query":"up \u003c 1","duration":300,"keepFiringFor":0.5,"labels":{},"#
            + #""annotations":{},"alerts":[\#(alert)],"health":"ok","evaluationTime":0,"#
            + #""lastEvaluation":"0001-01-01T00:00:00Z","type":"alerting"}"#
        let bad =
            #"{"name":"a:b","query":"b","labels":{"x":"y"},"health":"err","lastError":"no \"b\"","#
            + #""evaluationTime":0.0015,"lastEvaluation":"1970-01-01T00:00:00.000Z","type":"recording"}"#
        let times = #""evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z"}"#
        let first = #"{"name":"g","file":"/f","rules":[\#(down),\#(bad)],"interval":10,"limit":3,"# + times
        let second = #"{"name":"h","file":"/f","rules":[],"interval":1.5,"limit":0,"# + times
        let site = PlainSite(groups: Self.groups)
        #expect(
            try await get("rules", site: site).text
                == #"{"status":"success","data":{"groups":[\#(first),\#(second)]}}"#)
        #expect(try await get("alerts", site: site).text == #"{"status":"success","data":{"alerts":[\#(alert)]}}"#)
    }

    @Test(arguments: [
        ("", "Down a:b g h alerts"), ("?type=alert", "Down g h alerts"), ("?type=record", "a:b g h"),
        ("?rule_name[]=a:b", "a:b g"), ("?rule_name[]=a:b&rule_name[]=Down", "Down a:b g alerts"),
        ("?rule_group[]=h", "h"), ("?file[]=/g", ""), ("?file[]=/f&rule_group[]=g", "Down a:b g alerts"),
        ("?exclude_alerts=true", "Down a:b g h"),
    ])
    func `rules can be asked for by kind, name, group and file`(query: String, found: String) async throws {
        let text = try await get("rules" + query, site: PlainSite(groups: Self.groups)).text
        let words = ["Down", "a:b", "g", "h"].filter { text.contains(#""name":"\#($0)""#) }
        #expect((words + (text.contains("alerts") ? ["alerts"] : [])).joined(separator: " ") == found)
    }
}
