// SPDX-License-Identifier: Apache-2.0
import PromQL
import Testing
import Vocabulary

/// What is newer than the Prometheus that the oracle asks, by its documentation and proposals.
@Suite struct NewerTests {
    private static let all = Dialect(isExperimental: true)

    private var rows: Rows {
        var rows = Rows()
        rows.add("g", [("i", "1")], [0, 1, 2, 3])
        rows.add("g", [("i", "10")], [5, 1, 5, 3])
        rows.add("g", [("i", "2")], [7, 1, 2, 3])
        rows.add("h", [("i", "1"), ("x", "a")], [10, 10, 10])
        rows.add("h", [("i", "3"), ("x", "b")], [20, 20, 20])
        rows.add("b_bucket", [("le", "0.1")], [1, 1, 1])
        rows.add("b_bucket", [("le", "1")], [5, 5, 5])
        rows.add("b_bucket", [("le", "+Inf")], [10, 10, 10])
        rows.add("target_info", [("instance", "a"), ("job", "j"), ("data", "x")], [1, 1, 1])
        rows.add("m", [("instance", "a"), ("job", "j")], [7, 7, 7])
        rows.add("large", [("i", "1")], [1e100])
        rows.add("large", [("i", "2")], [1])
        rows.add("large", [("i", "3")], [-1e100])
        // A counter that jumps between 40 and 50 and begins anew between 60 and 70.
        rows.add("c_total", [], [0, 1, 2, 3, 4, 9, 10, 2, 3])
        rows.add("sparse_total", [], [1, 2, nil, nil, nil, nil, nil, 9, 10])
        return rows
    }

    @Test(arguments: [
        // A range and the lookback exclude their older end.
        ("count_over_time(g{i=\"1\"}[20s])", 20.0, #"{i="1"} 2"#), ("g{i=\"1\"}[10s:10s]", 20, #"g{i="1"} 1"#),
        ("g{i=\"1\"}", 330, ""), ("g{i=\"1\"}", 329.999, #"g{i="1"} 3"#),
        // Numbers are durations and durations numbers.
        ("g{i=\"1\"}[20]", 20, #"g{i="1"} 2"#), ("sum(g) + 1m", 20, "{} 69"),
        ("g{i=\"1\"} offset 10", 20, #"g{i="1"} 1"#),
        ("g{i=\"1\"} @ 10s", 30, #"g{i="1"} 1"#), ("1_000 * 1", 0, "1000"),
        // Names in quotes.
        (#"{"g", "i"="1"}"#, 20, #"g{i="1"} 2"#), ("sum by (\"i\") (g{i=\"1\"})", 20, #"{i="1"} 2"#),
        // Durations are expressions.
        ("count_over_time(g{i=\"1\"}[(5 + 5) * 2s])", 20, #"{i="1"} 2"#),
        ("g{i=\"1\"} offset (1m / 6)", 20, #"g{i="1"} 1"#),
        ("count_over_time(g{i=\"1\"}[max(20s, step())])", 20, #"{i="1"} 2"#),
        ("count_over_time(g{i=\"1\"}[2 ^ 3 * 2s + 4])", 20, #"{i="1"} 2"#),
        ("g{i=\"1\"} offset -10s + 1", 20, #"{i="1"} 4"#),
        ("g[step()]", 20, "error 1:1: a range must be longer than 0"),
        // A sum keeps what rounding would lose, and a mean is finite where the sum is not.
        ("sum(large)", 0, "{} 1"),
        ("avg(vector(1e308) or label_join(vector(1e308), \"a\", \"b\", \"c\"))", 0, "{} 1e+308"),
        ("stddev(vector(Inf))", 0, "{} NaN"), ("topk(scalar(vector(1)), g)", 20, #"g{i="10"} 5"#),
        ("first_over_time(g{i=\"10\"}[1m])", 30, #"g{i="10"} 5"#),
        ("histogram_fraction(0, 0.1, b_bucket)", 10, "{} 0.1"),
        ("histogram_fraction(-Inf, +Inf, b_bucket)", 10, "{} 1"),
        ("histogram_fraction(0.1, 1, b_bucket)", 10, "{} 0.4"), ("histogram_fraction(1, 0, b_bucket)", 10, "{} 0"),
        ("histogram_count(g)", 10, ""),
    ])
    func `Prometheus 3 without its flags`(text: String, second: Double, answer: String) {
        #expect(rows.ask(text, at: second) == answer)
    }

    @Test(arguments: [
        ("limitk(2, g)", "g{i=\"1\"} 2\ng{i=\"10\"} 5"),
        ("limit_ratio(1, h)", "h{i=\"1\", x=\"a\"} 10\nh{i=\"3\", x=\"b\"} 20"),
        ("limit_ratio(0, h)", ""), ("sort_by_label(g, \"i\")", "g{i=\"1\"} 2\ng{i=\"2\"} 2\ng{i=\"10\"} 5"),
        ("sort_by_label_desc(g, \"i\")", "g{i=\"10\"} 5\ng{i=\"2\"} 2\ng{i=\"1\"} 2"),
        ("mad_over_time(g{i=\"10\"}[30s])", #"{i="10"} 0"#), ("ts_of_max_over_time(g{i=\"10\"}[30s])", #"{i="10"} 20"#),
        ("ts_of_min_over_time(g{i=\"10\"}[30s])", #"{i="10"} 10"#),
        ("ts_of_first_over_time(g{i=\"1\"}[20s])", #"{i="1"} 10"#),
        ("ts_of_last_over_time(g{i=\"1\"}[20s])", #"{i="1"} 20"#),
        ("double_exponential_smoothing(g{i=\"1\"}[30s], 0.5, 0.5)", #"{i="1"} 2"#),
        ("histogram_quantiles(b_bucket, \"q\", 0.1, 0.5)", "{q=\"0.1\"} 0.1\n{q=\"0.5\"} 1"),
        ("start_timestamp(g)", ""), ("min_of(1, 2) + max_of(3, 4)", "5"), ("start() + end() + step() + range()", "40"),
        // Series that one side lacks.
        ("g + on(i) group_left(x) fill_right(1) h", "{i=\"1\", x=\"a\"} 12\n{i=\"10\"} 6\n{i=\"2\"} 3"),
        ("sum by (i) (g) - fill(0) sum by (i) (h)", "{i=\"1\"} -8\n{i=\"10\"} 5\n{i=\"2\"} 2\n{i=\"3\"} -20"),
        ("g > on(i) fill_right(3) h", "{i=\"10\"} 5"),
        ("g * on(i) group_left(x) fill_left(2) h", "{i=\"1\", x=\"a\"} 20\n{i=\"3\", x=\"b\"} 40"),
        ("h * on(i) group_right fill_left(2) g{i!=\"1\"}", "{i=\"10\"} 10\n{i=\"2\"} 4"),
        // Info series.
        ("info(m)", #"m{data="x", instance="a", job="j"} 7"#), ("info(m, {nodata=~\".+\"})", ""),
        ("info(m, {nodata=~\".*\"})", #"m{instance="a", job="j"} 7"#),
        ("info(rate(m[20s]), {data=\"x\"})", #"{data="x", instance="a", job="j"} 0"#),
        // Names go at the end only.
        (
            "label_replace(rate(m[20s]), \"__name__\", \"r_$1\", \"__name__\", \"(.*)\")",
            #"r_m{instance="a", job="j"} 0"#
        ),
        ("-{__name__=~\"g|h\", i=\"1\", x=\"\"}", #"{i="1"} -2"#), ("sum by (__name__) (rate(m[20s]))", "{} 0"),
    ])
    func `what Prometheus keeps behind flags`(text: String, answer: String) {
        #expect(rows.ask(text, at: 20, as: Self.all) == answer)
        #expect(
            text.contains("i=\"1\", x") || text.contains("__name__") || rows.ask(text, at: 20).contains("experimental"))
    }

    @Test(arguments: [
        // At 55: the window is (25, 55], the sample before it 2 at 20, the last in it 9 at 50.
        ("increase(c_total[30s] anchored)", 55.0, "{} 7"), ("delta(c_total[30s] anchored)", 55, "{} 7"),
        ("rate(c_total[35s] anchored)", 55, "{} 0.2"), ("changes(c_total[30s] anchored)", 55, "{} 3"),
        ("increase(c_total[30s] anchored)", 15, "{} 1"), ("resets(c_total[5s] anchored)", 70, "{} 1"),
        ("increase(c_total[30s] anchored)", 80, "{} 4"), ("increase(c_total[5s] anchored)", 78, ""),
        // Half way from 2 to 3 at 25, half way from 9 to 10 at 55.
        ("increase(c_total[30s] smoothed)", 55, "{} 7"), ("delta(c_total[30s] smoothed)", 55, "{} 7"),
        // The counter begins anew after 60: 10 at 60, and half of the way from 0 to 2 at 65.
        ("increase(c_total[10s] smoothed)", 65, "{} 1.5"), ("increase(c_total[5s] smoothed)", 80, "{} 0.5"),
        ("increase(sparse_total[20s] smoothed)", 50, "{} 2.33333"),
        ("sparse_total smoothed", 40, "sparse_total 5.5"), ("c_total smoothed", 85, "c_total 3"),
        ("c_total[30s] anchored", 55, "c_total 5"),
        ("avg_over_time(c_total[30s] anchored)", 55, "error 1:15: anchored is for changes, delta"),
        ("resets(c_total[30s] smoothed)", 55, "error 1:8: smoothed is for delta, increase, rate only"),
        ("c_total[30s:10s] anchored", 55, "error 1:18: anchored is not for subqueries"),
    ])
    func `the ends of a range can be anchored or smoothed`(text: String, second: Double, answer: String) {
        let given = rows.ask(text, at: second, as: Self.all)
        #expect(answer.isEmpty ? given.isEmpty : given.hasPrefix(answer), "\(given)")
    }

    @Test func `a query over a range of time is one at each step`() {
        #expect(rows.ask("sum(g)", from: 0, through: 30, step: 10) == "{} 12@0 3@10 9@20 9@30")
        #expect(rows.ask("2", from: 0, through: 25, step: 10) == "{} 2@0 2@10 2@20")
        #expect(rows.ask("topk(1, g)", from: 0, through: 20, step: 20) == "g{i=\"10\"} 5@20\ng{i=\"2\"} 7@0")
        #expect(rows.ask("g > 4", from: 0, through: 30, step: 10) == "g{i=\"10\"} 5@0 5@20\ng{i=\"2\"} 7@0")
        #expect(
            rows.ask("count_over_time(c_total[step()])", from: 20, through: 60, step: 20) == "{} 2@20 2@40 2@60")
        #expect(
            rows.ask("max_over_time(c_total[range()] @ end())", from: 0, through: 55, step: 50) == "{} 9@0 9@50")
        #expect(rows.ask("c_total @ start()", from: 10, through: 30, step: 10) == "c_total 1@10 1@20 1@30")
        #expect(rows.ask("\"x\"", from: 0, through: 10, step: 10).contains("gives no string"))
        #expect(rows.ask("g", from: 10, through: 0, step: 10).contains("the end lies before the start"))
        #expect(rows.ask("g", from: 0, through: 1e9, step: 0.001).contains("make the step longer"))
        #expect(rows.ask("absent(g{i=\"1\"} > 1)", from: 0, through: 30, step: 10) == "{} 1@0 1@10")
    }

    @Test func `what is doubtful is said with its place, once`() throws {
        #expect(
            try rows.notes("increase(g[30s])", at: 30) == [
                "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"g\" (1:10)"
            ])
        #expect(try rows.notes("rate(c_total[30s])", at: 30).isEmpty)
        #expect(
            try rows.notes("quantile(2, g)", at: 30) == [
                "PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)"
            ])
        #expect(
            try rows.notes("limit_ratio(-2, g)", at: 30, as: Self.all) == [
                "PromQL warning: ratio value should be between -1 and 1, got -2, capping to -1 (1:13)"
            ])
        #expect(
            try rows.notes("histogram_quantile(0.5, g)", at: 30) == [
                "PromQL warning: bucket label \"le\" is missing or has a malformed value of \"\" for metric name \"g\" (1:25)"
            ])
    }

    @Test func `Prometheus 2's edges belong to a range`() {
        let two = Dialect(version: .two)
        #expect(rows.ask("count_over_time(g{i=\"1\"}[20s])", at: 20, as: two) == #"{i="1"} 3"#)
        #expect(rows.ask("g{i=\"1\"}", at: 330, as: two) == #"g{i="1"} 3"#)
        #expect(rows.ask("holt_winters(g{i=\"1\"}[30s], 0.5, 0.5)", at: 30, as: two) == #"{i="1"} 3"#)
    }

    @Test func `a query that takes too long ends with a sentence`() throws {
        let query = try Query(parsing: "sum(g)")
        let error = #expect(throws: QueryError.self) {
            try query.evaluate(
                at: Timestamp(seconds: 20), over: rows, limits: Limits(isOverdue: { true }))
        }
        #expect(error?.message == "the query takes too long")
    }

    @Test func `reading at a fixed time is known`() throws {
        #expect(try Query(parsing: "g @ 5").readsFixedTime)
        #expect(try !Query(parsing: "g @ end()").readsFixedTime)
        #expect(try Query(parsing: "max_over_time(rate(g[5m] offset 1m)[1h:1m] offset 10m)").reach == .seconds(4560))
    }
}
