// SPDX-License-Identifier: Apache-2.0
import PromQL
import Testing
import Vocabulary

@Suite struct SyntaxTests {
    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("-2 ^ 2", "-4"), ("2 ^ 3 ^ 2", "512"), ("(1 + 2) * 3", "9"), ("7 % 4 - 1", "2"),
        ("1 - 2 - 3", "-4"), ("-1 * -2", "2"), ("0x1F", "31"), ("1e3", "1000"), ("1_000", "1000"), ("5m", "300"),
        ("Inf", "+Inf"), ("-inf", "-Inf"), ("nan", "NaN"), ("1 == bool 1", "1"), ("2 > bool 3", "0"), (".5", "0.5"),
        ("1 # a comment", "1"), ("1 atan2 1", "0.7853981633974483"), ("5 / 0", "+Inf"), ("0 / 0", "NaN"),
        ("\"a\\n\"", "\"a\n\""), ("`a\\n`", "\"a\\n\""),
    ])
    func `operators bind as in Prometheus`(text: String, answer: String) {
        #expect(Rows().ask(text) == answer)
    }

    @Test(arguments: [
        ("", "1:1: no expression"), ("1 +", "1:4: unexpected end of query"), ("sum(", "1:5: unexpected end"),
        ("a{b=}", "1:5"), ("a{b=\"x\"", "1:8"), ("{}", "1:1: a selector needs"), ("{a=\"\"}", "1:1: a selector needs"),
        ("{a=~\".*\"}", "1:1: a selector needs"), ("a{b=~\"(\"}", "1:6: bad regular expression"),
        ("nope(a)", "1:1: unknown function \"nope\""), ("rate(a)", "1:6: rate needs a range vector here"),
        ("rate(a[5m], 1)", "1:1: rate takes 1 arguments"), ("a[5m] + 1", "1:1: + needs scalars or instant vectors"),
        ("1 == 1", "1:3: a comparison of two scalars needs bool"), ("1 and a", "1:3: and needs instant vectors"),
        ("a + bool b", "1:5: bool is for comparisons only"), ("a and on(x) group_left b", "group_left is not for and"),
        ("1 + on(x) a", "on and ignoring need"), ("a * on(x) group_left(x) b", "must not be both"),
        ("5[5m:1m]", "1:1: a subquery needs an instant vector"),
        ("a @ NaN", "1:5: the instant after @ is out of bounds"),
        ("(a)[5m]", "must follow a selector"), ("a offset 1m [5m]", "must follow the range"),
        ("sum(a) offset 5m", "offset must follow a selector"), ("a @ 1 @ 2", "@ may be written once"),
        ("limitk(1, a)", "limitk is experimental"), ("a[5m:0s]", "longer than 0"), ("a[5m - 10m]", "longer than 0"),
        ("a[1m / 0]", "division by zero"), ("holt_winters(a[5m], 0.5, 0.5)", "unknown function"),
        ("a offset 5m offset 1m", "once"), ("a[0s]", "longer than 0"),
        ("sum(a, b)", "sum takes 1 argument, not 2"), ("topk(a)", "topk takes 2 arguments"),
        ("topk(\"x\", a)", "topk needs a scalar first"), ("a b", "1:3: unexpected \"b\" after"), ("a\n  + )", "2:5"),
        ("'x", "1:1: string has no closing quote"), ("a{\"b\", \"c\"}", "named twice"), ("é", "unexpected character"),
        ("a[99999y]", "too long"), ("-\"x\"", "a sign needs"),
    ])
    func `what is wrong is named with its place`(text: String, start: String) {
        let answer = Rows().ask(text)
        #expect(answer.hasPrefix("error ") && answer.contains(start), "\(answer)")
    }

    @Test func `a query knows what it reads and how far back`() throws {
        let query = try Query(parsing: "rate(a[10m] offset 5m) / on(x) b unless {__name__=\"c\"}")
        #expect(query.metricNames == ["a", "b", "c"])
        #expect(query.reach == .seconds(900))
        #expect(try Query(parsing: "{x=\"1\"}").metricNames == nil)
        #expect(try Query(parsing: "1").reach == .zero)
        #expect(try Query(parsing: "up").reach == Query.lookback)
    }

    @Test func `nesting is bounded, so that no query can exhaust the stack`() {
        for text in [
            String(repeating: "(", count: 60_000), String(repeating: "-", count: 60_000) + "1",
            String(repeating: "1+", count: 30_000) + "1", String(repeating: "2^", count: 30_000) + "1",
            String(repeating: "abs(", count: 15_000),
        ] {
            #expect(Rows().ask(text).contains("more than 100 levels"))
        }
        #expect(Rows().ask(String(repeating: "a", count: 70_000)).contains("longer than"))
        let pattern = String(repeating: "(a|b)*", count: 5000)
        #expect(Rows().ask("a{b=~\"\(pattern)\"}").contains("longer than"))
        #expect(Rows().ask("a{b=~\"((((x{1000}){1000}){1000}){1000})\"}").contains("bad regular expression"))
    }

    @Test func `no sequence of tokens or bytes crashes the parser or the evaluator`() {
        let words = [
            "a", "{", "}", "(", ")", "[", "]", "5m", "1", "-", "+", "*", "/", "%", "^", "==", "!=", "=~", "!~", ">",
            "bool", "on", "ignoring", "group_left", "by", "without", "sum", "topk", "rate", "offset", "@", ",", "\"x\"",
            "`y`", "and", "or", "unless", "time", "absent", ":", "inf", "quantile_over_time", "1e308", "0x", "é", "\\",
            "clamp", "vector", "scalar", "=", "'",
        ]
        var generator = Seeded(state: 7)
        var rows = Rows()
        rows.add("a", [("x", "1")], [1, 2, .nan, 3])
        var answered = 0
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                words[Int.random(in: 0..<words.count, using: &generator)]
            }.joined(separator: Bool.random(using: &generator) ? " " : "")
            if !rows.ask(text, at: 35).hasPrefix("error") { answered += 1 }
            let bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = rows.ask(String(decoding: bytes, as: UTF8.self))
        }
        #expect(answered > 10)
    }
}

/// A generator that gives the same numbers every time (xorshift).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
