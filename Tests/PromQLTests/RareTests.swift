// SPDX-License-Identifier: Apache-2.0
import PromQL
import Testing
import Vocabulary

/// What is seldom met, and has no place in the corpus: texts that look the same, notes about little.
@Suite struct RareTests {
    @Test func `labels that look the same are not the same`() {
        var rows = Rows()
        rows.add("u", [("note", "\u{E9}")], [3])
        rows.add("u", [("note", "e\u{301}")], [4])
        #expect(rows.ask("u{note=\"\u{E9}\"}", at: 0) == "u{note=\"\u{E9}\"} 3")
        #expect(rows.ask("u{note!=\"\u{E9}\"}", at: 0) == "u{note=\"e\u{301}\"} 4")
        #expect(rows.ask("count(count by (note) (u))", at: 0) == "{} 2")
        #expect(rows.ask("u - on(note) u", at: 0).split(separator: "\n").count == 2)
        #expect(Label("note", "\u{E9}") != Label("note", "e\u{301}"))
    }

    @Test func `what has no result is not spoken of`() throws {
        var rows = Rows()
        rows.add("g", [], [1, 2, 3])
        #expect(try rows.notes("rate(g[5s])", at: 20).isEmpty)
        #expect(try rows.notes("rate(abs(g)[20s:10s])", at: 20).isEmpty)
        #expect(try rows.notes("quantile_over_time(2, g[5s] offset 1h)", at: 20).isEmpty)
        #expect(try rows.notes("rate(g[20s])", at: 20).count == 1)
        #expect(
            rows.ask("double_exponential_smoothing(g[5s] offset 1h, 2, 2)", at: 20, as: Dialect(isExperimental: true))
                .isEmpty)
    }

    @Test func `of many notes ten of each kind are told, and how many there are`() throws {
        var rows = Rows()
        for number in 0..<25 { rows.add("g\(number)", [("x", "\(number)")], [1, 2, 3]) }
        let notes = try rows.notes("rate({__name__=~\"g.+\"}[20s]) > quantile(2, g1)", at: 20)
        #expect(notes.count == 12)
        #expect(notes.first == "PromQL warning: quantile value should be between 0 and 1, got 2 (1:41)")
        #expect(notes.last == "15 more info annotations omitted")
    }

    @Test func `labels that functions make are bounded`() {
        var rows = Rows()
        for number in 0..<100 { rows.add("g", [("x", "\(number)")], [1]) }
        let long = String(repeating: "y", count: 60_000)
        #expect(rows.ask("count(label_join(g, \"y\", \"\(long)\", \"x\", \"x\"))", at: 0) == "{} 100")
        var text = "label_join(g, \"y\", \"\(long.prefix(30_000))\", \"x\", \"x\")"
        for _ in 0..<12 { text = "label_join(\(text), \"y\", \"\", \"y\", \"y\")" }
        let answer = rows.ask(text, at: 0)
        #expect(answer.hasPrefix("error") && answer.contains("too long together"), "\(answer.prefix(200))")
        let sources = String(repeating: ", \"y\"", count: 100)
        text = "label_join(label_join(g, \"y\", \"\(long.prefix(30_000))\", \"x\", \"x\"), \"y\", \"\"\(sources))"
        #expect(rows.ask(text, at: 0).contains("makes a label of more than"))
    }

    @Test func `types and units go with the name`() {
        var rows = Rows()
        let labels = [("__type__", "counter"), ("__unit__", "s"), ("job", "a")]
        rows.add("t_total", labels, [0, 1, 2, 3])
        rows.add("t_total", [("__type__", "gauge"), ("job", "a")], [nil, nil, nil, nil, nil, 5])
        #expect(rows.ask("t_total > 0", at: 30) == #"t_total{__type__="counter", __unit__="s", job="a"} 3"#)
        #expect(rows.ask("-t_total", at: 30) == #"{job="a"} -3"#)
        #expect(rows.ask("t_total / t_total", at: 30) == #"{job="a"} 1"#)
        #expect(rows.ask("increase(t_total[21s])", at: 30) == #"{job="a"} 2.1"#)
        #expect(rows.ask("sum by (__type__) (t_total)", at: 30) == #"{__type__="counter"} 3"#)
        #expect(rows.ask("sum by (__type__) (abs(t_total))", at: 30) == "{} 3")
        #expect(rows.ask("abs(t_total)", at: 50).contains("two series with the labels"))
    }

    @Test func `names that go at the end tell groups apart until then`() {
        var rows = Rows()
        rows.add("a_total", [("x", "1")], [0, 1, 2])
        rows.add("b_total", [("x", "1")], [0, 2, 4])
        let late = Dialect(isExperimental: true)
        let both = "{__name__=~\"._total\"}"
        #expect(rows.ask("sum by (__name__) (\(both) * 2)", at: 20, as: late).contains("two series with the labels"))
        #expect(rows.ask("sum(\(both) * 2)", at: 20, as: late) == "{} 12")
        #expect(rows.ask("\(both) * 2 and on(__name__) a_total", at: 20, as: late) == #"{x="1"} 4"#)
        #expect(
            rows.ask("label_replace(\(both) * 2, \"n\", \"$1\", \"__name__\", \"(.).*\")", at: 20, as: late)
                == "{n=\"a\", x=\"1\"} 4\n{n=\"b\", x=\"1\"} 8")
    }

    @Test(arguments: [
        (#"{"g", __name__=~"g|h"}"#, "g{i=\"a-1\"} 1\ng{i=\"a1\"} 1\ng{i=\"a10\"} 1"),
        (#"{__name__="g", __name__="h"}"#, "error 1:16: the metric is named twice"),
        (#"{"g", __name__="g"}"#, "error 1:7: the metric is named twice"),
        (#"g{__name__!="h"}"#, "error 1:3: the metric is named twice"),
        ("sort_by_label(g, \"i\")", "g{i=\"a1\"} 1\ng{i=\"a10\"} 1\ng{i=\"a-1\"} 1"),
        (
            "label_replace(info(m * 2), \"n\", \"$1\", \"__name__\", \"(.*)\")",
            #"{data="x", instance="a", job="j", n="m"} 14"#
        ),
        ("info(m, {__name__!=\"target_info\"})", #"m{build="b", instance="a", job="j"} 7"#),
        ("histogram_fraction(2, 4, f_bucket)", "{} -0.125"),
        ("histogram_quantiles(f_bucket, \"q\", 1, 0.25)", "{q=\"1.0\"} 4\n{q=\"0.25\"} 1.33333"),
    ])
    func `what newer versions do`(text: String, answer: String) {
        var rows = Rows()
        for i in ["a-1", "a1", "a10"] { rows.add("g", [("i", i)], [1]) }
        rows.add("m", [("instance", "a"), ("job", "j")], [7])
        rows.add("target_info", [("instance", "a"), ("job", "j"), ("data", "x")], [1])
        rows.add("build_info", [("instance", "a"), ("job", "j"), ("build", "b")], [1])
        for (bound, count) in [("2", 3.0), ("4", 2), ("+Inf", 8)] { rows.add("f_bucket", [("le", bound)], [count]) }
        let given = rows.ask(text, at: 0, as: Dialect(isExperimental: true))
        #expect(given.hasPrefix(answer), "\(given)")
    }

    @Test func `sorting does nothing over a range, and says so`() throws {
        var rows = Rows()
        rows.add("g", [], [1, 2, 3])
        let query = try Query(parsing: "sort_desc(g)")
        let answer = try query.evaluate(
            from: Timestamp(seconds: 0), through: Timestamp(seconds: 20), step: .seconds(10), over: rows)
        #expect(
            answer.warnings == [
                "PromQL warning: sort is ineffective for range queries since results are always ordered by labels (1:1)"
            ])
        #expect(try rows.notes("sort_desc(g)", at: 20).isEmpty)
    }

    @Test(arguments: [
        "count_values(\"v\", g * time() + g)", "histogram_quantiles(b_bucket, \"q\", time() / 1e6)",
    ])
    func `series that differ at each step are bounded on the way`(text: String) throws {
        var rows = Rows()
        for number in 0..<50 {
            rows.add("g", [("x", "\(number)")], [Double(number)])
            rows.add("b_bucket", [("x", "\(number)"), ("le", "+Inf")], [1])
        }
        let query = try Query(parsing: text, as: Dialect(isExperimental: true))
        let error = #expect(throws: QueryError.self) {
            try query.evaluate(
                from: Timestamp(seconds: 0), through: Timestamp(seconds: 290), step: .seconds(1), over: rows,
                limits: Limits(samples: 100_000))
        }
        #expect(error?.message.contains("on the way") == true)
    }

    @Test func `operands that wait for others count with them`() throws {
        var rows = Rows()
        for number in 0..<50 { rows.add("g", [("x", "\(number)")], [1]) }
        let limits = Limits(samples: 100_000)
        func answer(_ text: String) throws(QueryError) -> QueryAnswer {
            try Query(parsing: text).evaluate(
                from: Timestamp(seconds: 0), through: Timestamp(seconds: 290), step: .seconds(1), over: rows,
                limits: limits)
        }
        _ = try answer(String(repeating: "g + ", count: 20) + "g")
        let error = #expect(throws: QueryError.self) {
            try answer(String(repeating: "g + (", count: 20) + "g" + String(repeating: ")", count: 20))
        }
        #expect(error?.message.contains("on the way") == true)
    }
}
