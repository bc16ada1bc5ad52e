// SPDX-License-Identifier: Apache-2.0
import PromQL
import Testing
import Vocabulary

@Suite struct EvaluationTests {
    private var rows: Rows {
        var rows = Rows()
        rows.add("up", [("job", "a"), ("host", "1")], Array(repeating: 1, count: 11))
        rows.add("up", [("job", "a"), ("host", "2")], Array(repeating: 0, count: 11))
        rows.add("up", [("job", "b"), ("host", "1")], Array(repeating: 3, count: 11))
        rows.add("info", [("host", "1"), ("version", "9")], Array(repeating: 1, count: 11))
        rows.add("info", [("host", "2"), ("version", "8")], Array(repeating: 1, count: 11))
        rows.add("gone", [], [1, 2, StaleMarker.value])
        rows.add("bad", [], [.nan, .nan])
        return rows
    }

    @Test func `selectors match by all four matchers, whole values only`() {
        #expect(rows.ask("up{job=\"b\"}") == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("up{job!=\"a\"}") == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("up{job=~\"b|c\", host!~\"2.*\"}") == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("{__name__=~\"in.*\", version=\"9\"}") == #"info{host="1", version="9"} 1"#)
        #expect(rows.ask("{\"info\", version=\"8\"}") == #"info{host="2", version="8"} 1"#)
        #expect(rows.ask("up{job=~\"\"}") == "")
        #expect(rows.ask("up{missing=\"\", job=\"b\"}") == #"up{host="1", job="b"} 3"#)
    }

    @Test func `a series that ended is not there, one that is old not either`() {
        #expect(rows.ask("gone", at: 15) == "gone 2")
        #expect(rows.ask("gone", at: 20) == "")
        #expect(rows.ask("count_over_time(gone[1m])", at: 25) == "{} 2")
        #expect(rows.ask("bad", at: 309) == "bad NaN")
        #expect(rows.ask("bad", at: 310) == "", "the lookback excludes its older end")
        #expect(rows.ask("up{job=\"b\"} offset -50s", at: 50) == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("gone offset 1m", at: 75) == "gone 2")
    }

    @Test func `a range excludes its older end`() {
        #expect(rows.ask("count_over_time(up{job=\"b\"}[20s])", at: 40) == #"{host="1", job="b"} 2"#)
        #expect(rows.ask("up{job=\"b\"}[20s]", at: 40) == #"up{host="1", job="b"} 2"#)
    }

    @Test func `arithmetic drops the name, a filter keeps it`() {
        #expect(rows.ask("up{job=\"b\"} * 2") == #"{host="1", job="b"} 6"#)
        #expect(rows.ask("2 - up{job=\"b\"}") == #"{host="1", job="b"} -1"#)
        #expect(rows.ask("up > 0") == "up{host=\"1\", job=\"a\"} 1\nup{host=\"1\", job=\"b\"} 3")
        #expect(rows.ask("2 < up") == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("up{job=\"b\"} > bool 5") == #"{host="1", job="b"} 0"#)
        #expect(rows.ask("-up{job=\"b\"}") == #"{host="1", job="b"} -3"#)
    }

    @Test func `vectors match one to one, by on or ignoring`() {
        #expect(rows.ask("up{job=\"a\"} + on(host) info") == "{host=\"1\"} 2\n{host=\"2\"} 1")
        #expect(rows.ask("up{job=\"a\"} * ignoring(job, version) info") == "{host=\"1\"} 1\n{host=\"2\"} 0")
        #expect(rows.ask("up{job=\"b\"} > on(host) info") == #"{host="1"} 3"#)
        #expect(rows.ask("up + info") == "")
    }

    @Test func `many match one only when it is said`() {
        #expect(rows.ask("up + on(host) info").contains("say group_left or group_right"))
        #expect(
            rows.ask("up * on(host) group_left(version) info") == """
                {host="1", job="a", version="9"} 1
                {host="2", job="a", version="8"} 0
                {host="1", job="b", version="9"} 3
                """)
        #expect(
            rows.ask("info{host=\"2\"} - on(host) group_right up") == #"{host="2", job="a"} 1"#)
        #expect(rows.ask("info * on(host) group_left up").contains("many-to-many matching: on the right"))
    }

    @Test func `set operators work on labels without the name`() {
        #expect(rows.ask("up and on(host) info{version=\"8\"}") == #"up{host="2", job="a"} 0"#)
        #expect(rows.ask("up unless on(host) info{version=\"9\"}") == #"up{host="2", job="a"} 0"#)
        #expect(
            rows.ask("info{host=\"2\"} or on(host) up{job=\"a\"}") == """
                info{host="2", version="8"} 1
                up{host="1", job="a"} 1
                """)
    }

    @Test func `aggregations group by labels or without them`() {
        #expect(rows.ask("sum(up)") == "{} 4")
        #expect(rows.ask("sum by (job) (up)") == "{job=\"a\"} 1\n{job=\"b\"} 3")
        #expect(rows.ask("count without (host) (up)") == "{job=\"a\"} 2\n{job=\"b\"} 1")
        #expect(rows.ask("avg(up) by (host)") == "{host=\"1\"} 2\n{host=\"2\"} 0")
        #expect([rows.ask("min(up)"), rows.ask("max(up)"), rows.ask("group(up)")] == ["{} 0", "{} 3", "{} 1"])
        #expect(rows.ask("topk(1, up)") == #"up{host="1", job="b"} 3"#)
        #expect(rows.ask("bottomk by (host) (1, up)") == "up{host=\"1\", job=\"a\"} 1\nup{host=\"2\", job=\"a\"} 0")
        #expect(rows.ask("quantile(0.5, up)") == "{} 1")
        #expect(rows.ask("stdvar(up)").hasPrefix("{} 1.5555555"))
        #expect(rows.ask("count_values(\"v\", up)") == "{v=\"1\"} 1\n{v=\"0\"} 1\n{v=\"3\"} 1")
        #expect(rows.ask("sum(none)") == "")
        #expect(rows.ask("topk(-1, up)") == "")
        #expect(rows.ask("topk(NaN, up)").contains("needs a number of series"))
    }

    @Test func `what is no number loses against one in min, max and topk`() {
        var rows = Rows()
        rows.add("v", [("x", "1")], [.nan])
        rows.add("v", [("x", "2")], [5])
        #expect([rows.ask("min(v)", at: 0), rows.ask("max(v)", at: 0)] == ["{} 5", "{} 5"])
        #expect(rows.ask("topk(1, v)", at: 0) == #"v{x="2"} 5"#)
        #expect(rows.ask("bottomk(1, v)", at: 0) == #"v{x="2"} 5"#)
    }

    @Test func `a result can't hold two series with the same labels`() {
        #expect(rows.ask("-{host=\"1\", __name__=~\"up|info\"}").hasPrefix("error") == false)
        var twins = Rows()
        twins.add("a", [("x", "1")], [1])
        twins.add("b", [("x", "1")], [1])
        #expect(twins.ask("abs({x=\"1\"})", at: 0).contains("two series with the labels"))
    }

    @Test(arguments: [
        "{__name__=~\".+\"}[100y]", "sum_over_time({__name__=~\".+\"}[100y:1ms])",
        "rate({job=~\".*a.*\"}[30d])[30d:1s]",
        "{__name__=~\".+\"} * on() group_left {__name__=~\".+\"}",
        "count_over_time(max_over_time(max_over_time(up[1h:1s])[1h:1s])[1h:1s])",
        "quantile_over_time(0.5, up[100y:1s])",
    ])
    func `a query over everything, for ever, ends in an error and in bounded time`(text: String) throws {
        let query = try Query(parsing: text)
        let error = #expect(throws: QueryError.self) {
            try query.evaluate(
                at: Timestamp(seconds: 2_000_000_000), over: Everything(), limits: Limits(samples: 100_000))
        }
        #expect(error?.line == 1)
    }

    @Test func `limits end a query with a sentence`() throws {
        let query = try Query(parsing: "up")
        let error = #expect(throws: QueryError.self) {
            try query.evaluate(at: Timestamp(seconds: 100), over: rows, limits: Limits(samples: 2))
        }
        #expect(error?.message.contains("more than 2 samples") == true)
        #expect(throws: QueryError.self) {
            try query.evaluate(at: Timestamp(seconds: 100), over: rows, limits: Limits(series: 2))
        }
        #expect(throws: QueryError.self) { try query.evaluate(at: Timestamp(milliseconds: .max), over: rows) }
    }
}

/// A thousand series with a point each second for ever; it gives no more than it is asked for.
private struct Everything: SeriesSource {
    private func labels(_ number: Int) -> Labels {
        Labels(name: number.isMultiple(of: 2) ? "up" : "down", [("job", "a\(number)")])
    }

    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        var found: [SeriesPoints] = []
        var count = 0
        for number in 0..<1000 where count <= limit {
            let labels = labels(number)
            guard selection.metric == nil || selection.metric == labels.name, selection.matches(labels) else {
                continue
            }
            let first = max(after.milliseconds / 1000 + 1, 0)
            let last = min(through.milliseconds / 1000, first + Int64(limit - count))
            guard first <= last else { continue }
            let points = (first...last).map { Point(time: Timestamp(milliseconds: $0 * 1000), value: 1) }
            count += points.count
            found.append(SeriesPoints(labels: labels, points: points))
        }
        return found
    }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        (0..<1000).map(labels).filter {
            (selection.metric == nil || selection.metric == $0.name) && selection.matches($0)
        }.map { SeriesPoint(labels: $0, point: Point(time: through, value: 1)) }
    }
}
