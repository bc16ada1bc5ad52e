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
}
