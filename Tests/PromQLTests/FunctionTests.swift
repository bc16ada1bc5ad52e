// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing
import Vocabulary

@testable import PromQL

@Suite struct FunctionTests {
    private var rows: Rows {
        var rows = Rows()
        rows.add("c", [], (0...10).map { Double($0) * 5 })
        rows.add("reset", [], [10, 20, 30, 5, 15, 25, 25])
        rows.add("g", [], [3, 1, 4, 1, 5, 9, 2, 6])
        rows.add("one", [], [7])
        rows.add("labels", [("a", "x"), ("b", "y")], [2.5])
        return rows
    }

    private func number(_ text: String, at second: Double = 100) -> Double? {
        rows.ask(text, at: second).split(separator: " ").last.flatMap { Double($0) }
    }

    @Test func `every file of the folder Functions is in the list`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let files = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources/PromQL/Functions")
        let list = try String(
            contentsOf: URL(filePath: root + "/Sources/PromQL/Functions/Function.swift"), encoding: .utf8)
        for file in files where file != "Function.swift" {
            #expect(list.contains("\(file.dropLast(".swift".count)).all"), "\(file)")
        }
        #expect(Functions.all.map(\.name) == Set(Functions.all.map(\.name)).sorted())
    }

    @Test func `rate and increase stretch to the window's ends`() {
        // Points at 50 ... 100, window (45, 105]: stretched by 5 s at both ends, 0.5 a second.
        #expect(number("increase(c[60s])", at: 105) == 30)
        #expect(number("rate(c[60s])", at: 105) == 0.5)
        // Only half a mean distance where points are missing at the end.
        #expect(number("increase(c[60s])", at: 130) == 17.5)
    }

    @Test func `a counter is not stretched to before it was 0`() {
        // The points 0 ... 50 from second 0 on: the window begins 20 s earlier, and at 0 the counter was 0.
        #expect(number("increase(c[120s])", at: 100) == 50)
    }

    @Test func `a reset counts as a rise from 0`() {
        // 10, 20, 30, 5, 15, 25, 25: rises by 45 between the first and the last point, 60 s apart.
        #expect(number("increase(reset[61s])", at: 60).map { abs($0 - 45 * 61 / 60) < 1e-9 } == true)
        #expect(number("resets(reset[61s])", at: 60) == 1)
        #expect(number("delta(reset[61s])", at: 60).map { abs($0 - 15 * 61 / 60) < 1e-9 } == true)
        #expect(number("irate(reset[61s])", at: 30) == 0.5)
    }

    @Test func `one point makes no rate`() {
        for name in ["rate", "increase", "delta", "irate", "idelta", "deriv"] {
            #expect(rows.ask("\(name)(one[1m])", at: 5) == "")
        }
    }

    @Test(arguments: [
        ("avg", 3.875), ("min", 1), ("max", 9), ("sum", 31), ("count", 8), ("present", 1),
    ])
    func `a window is folded into one value`(name: String, value: Double) {
        #expect(number("\(name)_over_time(g[71s])", at: 70) == value)
    }

    @Test func `more of windows`() {
        #expect(number("quantile_over_time(0.5, g[71s])", at: 70) == 3.5)
        #expect(number("quantile_over_time(2, g[71s])", at: 70) == .infinity)
        #expect(number("stdvar_over_time(g[71s])", at: 70).map { abs($0 - 6.609375) < 1e-12 } == true)
        #expect(rows.ask("last_over_time(g[71s])", at: 70) == "g 6")
        #expect(rows.ask("first_over_time(g[71s])", at: 70) == "g 3")
        #expect(number("changes(g[71s])", at: 70) == 7)
        #expect(number("idelta(g[71s])", at: 70) == 4)
        #expect(number("deriv(c[1m])", at: 100) == 0.5)
        #expect(number("predict_linear(c[1m], 60)", at: 100) == 80)
    }

    @Test func `absent has the labels that the selector fixes`() {
        #expect(rows.ask("absent(c)") == "")
        #expect(rows.ask("absent(none{a=\"1\", b=~\"x\", d!=\"2\"})") == #"{a="1"} 1"#)
        #expect(rows.ask("absent(sum(none))") == "{} 1")
        #expect(rows.ask("absent_over_time(none{a=\"1\"}[1m])") == #"{a="1"} 1"#)
        #expect(rows.ask("absent_over_time(c[1m])") == "")
    }

    @Test func `time and timestamps are seconds`() {
        #expect(rows.ask("time()", at: 100.5) == "100.5")
        #expect(rows.ask("timestamp(one)", at: 5) == "{} 0")
        #expect(rows.ask("timestamp(one + 0)", at: 5) == "{} 5")
        #expect(
            [rows.ask("hour(vector(3600))"), rows.ask("year()"), rows.ask("day_of_week(vector(0))")] == [
                "{} 1", "{} 1970", "{} 4",
            ])
        #expect(rows.ask("minute(vector(1e300))") == "{} NaN")
    }

    @Test(arguments: [
        ("abs(vector(-2))", 2), ("ceil(vector(1.2))", 2), ("floor(vector(-1.2))", -2), ("round(vector(2.5))", 3),
        ("round(vector(7), 5)", 5), ("sqrt(vector(9))", 3), ("exp(vector(0))", 1), ("ln(vector(1))", 0),
        ("log2(vector(8))", 3), ("log10(vector(100))", 2), ("sgn(vector(-5))", -1), ("clamp(vector(9), 1, 5)", 5),
        ("clamp_min(vector(1), 3)", 3), ("clamp_max(vector(9), 3)", 3), ("scalar(labels)", 2.5),
    ])
    func `single values`(text: String, value: Double) {
        #expect(number(text, at: 0) == value)
    }

    @Test func `vectors and labels change shape`() {
        #expect(rows.ask("scalar(none)") == "NaN")
        #expect(
            rows.ask("sort_desc(vector(1) or label_join(vector(2), \"x\", \"-\", \"y\") or labels)", at: 0).hasPrefix(
                "labels"))
        #expect(
            rows.ask("label_join(labels, \"ab\", \"-\", \"a\", \"b\")", at: 0) == #"labels{a="x", ab="x-y", b="y"} 2.5"#
        )
        #expect(rows.ask("clamp(vector(1), 5, 1)") == "")
    }

    @Test func `the functions are sorted, and each name is there once`() {
        let names = Functions.all.map(\.name)
        #expect(names == Set(names).sorted())
        #expect(names.count == 91)
    }
}
