// SPDX-License-Identifier: Apache-2.0
import PromQL
import TestHosts
import Testing
import Vocabulary
import YAML

@testable import Alerting

/// Unit tests of rules, and the real promtool's verdict of the same.
@Suite struct UnitTestTests {
    private static let rules = #"""
        groups:
          - name: a
            rules:
              - {alert: A, expr: x > 2, labels: {s: 'l{{ $value }}'}, annotations: {d: '{{ $labels.i }} {{ $value }} {{ $externalLabels.dc }}'}}
              - {alert: B, expr: x > 0, for: 2m}
              - {record: y, expr: x * 2}
              - {alert: C, expr: y > 4 < 9, keep_firing_for: 2m}
              - {alert: Q, expr: x > 1, annotations: {d: '{{ with query "y" }}{{ . | first | value }}{{ end }} {{ $externalURL }}'}}
              - {alert: Down, expr: absent(x)}
              - {alert: Empty, expr: x == 2, annotations: {d: '{{ $labels.none }}'}}
              - {alert: N, expr: x == 2, annotations: {d: '{{ $labels.__name__ }} {{ $labels }}'}}
          - name: five
            interval: 5m
            rules:
              - {record: z, expr: x}
          - name: order
            rules:
              - {record: w, expr: z + 0}

        """#

    private static let broken = "groups: [{name: a, rules: [{alert: E, expr: 'm * on() m'}]}]\n"

    /// What follows the input series of a test, and whether it is passed.
    private static let checks: [(String, Bool)] = [
        (alert("2m", "A", "[{exp_labels: {i: 1, s: l3}, exp_annotations: {d: '1 3 '}}]"), true),
        (alert("2m", "A", "[{exp_labels: {i: 1, s: l3, alertname: A}, exp_annotations: {d: '1 3 '}}]"), true),
        (alert("150s", "A", "[{exp_labels: {i: 1, s: l3}, exp_annotations: {d: '1 3 '}}]"), true),
        (alert("1m", "A", "[{exp_labels: {i: 1, s: l3}, exp_annotations: {d: '1 3 '}}]"), false),
        (alert("2m", "A", "[{exp_labels: {i: 1, s: l3}}]"), false), (alert("2m", "A", "[]"), false),
        (alert("2m", "A", "[{exp_labels: {i: 1, s: l3}, exp_annotations: {d: '1 4 '}}]"), false),
        (alert("1m", "N", "[{exp_labels: {i: 1}, exp_annotations: {d: 'x map[__name__:x i:1]'}}]"), true),
        (alert("1m", "B", "[]"), true), (alert("119s", "B", ""), true),
        (alert("2m", "B", "[{exp_labels: {i: 1}}]"), true),
        (alert("2m", "B", "[{exp_labels: {i: 1}}, {exp_labels: {i: 1}}]"), false), (alert("2m", "Nope", "[]"), true),
        (alert("2m", "Nope", "[{}]"), false), (alert("3m", "C", "[{exp_labels: {i: 1}}]"), true),
        (alert("5m", "C", "[{exp_labels: {i: 1}}]"), true), (alert("6m", "C", "[]"), true),
        (alert("1m", "C", "[]"), true),
        (alert("3m", "Q", "[{exp_labels: {i: 1}, exp_annotations: {d: '8 '}}]"), true),
        (alert("0m", "Down", "[]"), true),
        (alert("20m", "Down", "[{}]"), true),
        (
            "external_labels: {dc: one}, "
                + alert("2m", "A", "[{exp_labels: {i: 1, s: l3}, exp_annotations: {d: '1 3 one'}}]"), true
        ),
        (
            "external_url: 'http://h/p', "
                + alert("3m", "Q", "[{exp_labels: {i: 1}, exp_annotations: {d: '8 http://h/p'}}]"), true
        ),
        (query("3m", "x", #"[{labels: 'x{i="1"}', value: 4}]"#), true),
        (query("3m", "x", #"[{labels: 'x{i="1"}', value: 5}]"#), false),
        (query("3m", "x", "[]"), false), (query("3m", "x", ""), false), (query("3m", "nope", ""), true),
        (query("3m", "x", #"[{labels: 'x{i="2"}', value: 4}]"#), false),
        (query("3m", "5", "[{labels: '{}', value: 5}]"), true), (query("3m", "5", "[{value: 5}]"), true),
        (query("3m", "5", "[{value: 5.0000001}]"), false),
        (query("3m", "\"a\"", ""), false), (query("3m", "x[2m]", ""), false), (query("3m", "x[", ""), false),
        (query("3m", "x", "[{labels: 'x{i=}', value: 4}]"), false),
        (query("3m", "x * Inf", #"[{labels: '{i="1"}', value: .inf}]"#), true),
        (query("3m", "x", #"[{labels: '{__name__="x",i="1"}', value: 0x4}]"#), true),
        (query("90s", "y", #"[{labels: 'y{i="1"}', value: 4}]"#), true),
        (query("3m", "z", #"[{labels: 'z{i="1"}', value: 4}]"#), true),
        (query("3m", "w", #"[{labels: 'w{i="1"}', value: 4}]"#), true),
        (query("14m", "x", #"[{labels: 'x{i="1"}', value: 11}]"#), true), (query("16m", "x", ""), true),
        (
            query(
                "3m", "ALERTS{alertname=\"B\"}",
                #"[{labels: 'ALERTS{i="1", alertname="B", alertstate="firing"}', value: 1}]"#), true
        ),
        (
            query(
                "1m", "ALERTS{alertname=\"B\"}",
                #"[{labels: 'ALERTS{i="1", alertname="B", alertstate="pending"}', value: 1}]"#), true
        ),
        (
            query(
                "3m", "ALERTS_FOR_STATE{alertname=\"B\"}",
                #"[{labels: 'ALERTS_FOR_STATE{i="1", alertname="B"}', value: 0}]"#), true
        ),
        (query("3m", "sum(rate(x[90s]))", "[{value: 0.016666666666666666}]"), true), (alert("2m", "''", "[]"), false),
        ("alert_rule_test: [{eval_time: 1m, exp_alerts: []}]", false),
        (alert("-2m", "A", "[]"), false), (alert("2x", "A", "[]"), false), ("foo: 1", false),
        (alert("1m", "Empty", "[{exp_labels: {i: 1}, exp_annotations: {d: ''}}]"), true),
        (alert("1m", "Empty", "[{exp_labels: {i: 1}}]"), false),
        (alert("1m", "Empty", "[{exp_labels: {i: 1, n: ''}, exp_annotations: {d: ''}}]"), false),
        (query("1m", "x @ 300", #"[{labels: 'x{i="1"}', value: 2}]"#), true),
        (query("1m", "x offset -3m", #"[{labels: 'x{i="1"}', value: 2}]"#), true),
        (query("3m", "x", #"[{labels: 'x{i="1"}', value: "4"}]"#), false),
        (query("3m", "x", #"[{labels: 'x{i="1"}', value: 0b100}]"#), true),
        (query("7m", "x", #"[{labels: 'x{i="1"}', value: 0o10}]"#), true),
        (query("7m", "x * Inf", #"[{labels: '{i="1"}', value: 1e400}]"#), false),
        (query("1m", "x", "[{labels: x, value: a}]"), false), ("name: 5, " + alert("0m", "A", "[]"), true),
    ]

    private static func alert(_ time: String, _ name: String, _ expected: String) -> String {
        "alert_rule_test: [{eval_time: \(time), alertname: \(name), exp_alerts: \(expected)}]"
    }

    private static func query(_ time: String, _ text: String, _ expected: String) -> String {
        "promql_expr_test: [{eval_time: \(time), expr: '\(text)', exp_samples: \(expected)}]"
    }

    private static func test(_ check: String) -> String {
        """
        rule_files: [rules.yml]
        evaluation_interval: 1m
        group_eval_order: [a, five, order]
        tests:
          - interval: 1m
            input_series: [{series: 'x{i="1"}', values: '1+1x10'}]
            \(check.replacing(", alert_rule_test", with: "\n    alert_rule_test").replacing(", promql", with: "\n    promql"))

        """
    }

    /// Whole files, and whether they are passed.
    private static let files: [(String, Bool)] = [
        ("", true), ("rule_files: [rules.yml]\n", true), ("rule_files: ['ru*.yml']\n", true), ("foo: 1\n", false),
        ("rule_files: [nope.yml]\n", true),
        ("rule_files: [rules.yml]\ngroup_eval_order: [a, a]\n", false),
        ("rule_files: [rules.yml]\ngroup_eval_order: [zz]\n", true),
        ("rule_files: [broken.yml]\n", true), ("rule_files: [bad.yml]\n", true),
        ("rule_files: [bad.yml]\ntests: [{interval: 1m}]\n", false),
        (
            "rule_files: [broken.yml]\ntests: [{interval: 1m, input_series: [{series: 'm{a=\"1\"}', values: '1x5'}, {series: 'm{a=\"2\"}', values: '1x5'}], alert_rule_test: [{eval_time: 1m, alertname: E}]}]\n",
            false
        ),
        (
            "tests: [{interval: 1m, input_series: &s [{series: x, values: '1'}]}, {interval: 1m, input_series: *s, promql_expr_test: [{expr: x, eval_time: 0m, exp_samples: [{labels: x, value: 1}]}]}]\n",
            true
        ),
        ("tests: [{interval: 1m, input_series: [{series: 'x{', values: '1'}]}]\n", false),
        ("tests: [{interval: 1m, input_series: [{series: 'x{a=~\"b\"}', values: '1'}]}]\n", false),
        ("tests: [{interval: 1m, input_series: [{series: 'x {a=\"b\"}', values: '1'}]}]\n", false),
        (
            "tests: [{interval: 1m, input_series: [{series: ' x{ a = \"b\" , } ', values: '1'}], promql_expr_test: [{expr: x, eval_time: 0m, exp_samples: [{labels: ' x { a=\"b\" }', value: 1}]}]}]\n",
            true
        ),
        (
            "tests: [{interval: 1m, input_series: [{series: '{a=\"b\"}', values: '1 2'}], promql_expr_test: [{expr: '{a=\"b\"}', eval_time: 1m, exp_samples: [{labels: '{a=\"b\"}', value: 2}]}]}]\n",
            true
        ),
        (
            "tests: [{interval: 1m, input_series: [{series: x, values: '1 2'}, {series: x, values: '3 4'}], promql_expr_test: [{expr: x, eval_time: 1m, exp_samples: [{labels: x, value: 4}]}]}]\n",
            true
        ),
        (
            "tests: [{interval: 1m, input_series: [{series: x, values: '1 2'}, {series: 'x{}', values: '3'}], promql_expr_test: [{expr: x, eval_time: 1m, exp_samples: [{labels: x, value: 3}]}]}]\n",
            true
        ),
        (
            "tests: [{interval: 1m, input_series: [{series: x, values: '100-0.01x5'}], promql_expr_test: [{expr: x, eval_time: 2m, exp_samples: [{labels: x, value: 99.97999999999999}]}]}]\n",
            true
        ),
        (
            "tests: [{interval: 1m, input_series: [{series: x, values: '017 -010 08'}], promql_expr_test: [{expr: 'sum_over_time(x[1h])', eval_time: 2m, exp_samples: [{labels: '{}', value: 15}]}]}]\n",
            true
        ),
        ("tests: [{interval: 1m, input_series: [{series: x, values: '1e400'}]}]\n", false),
        ("tests: {a: b}\n", false), ("- a\n", false),
        ("tests: [{interval: 1m, input_series: [{series: x, value: '1'}]}]\n", false),
        (
            "evaluation_interval: 30s\nrule_files: [rules.yml]\ntests: [{interval: 30s, input_series: [{series: x, values: '0 1 2 3'}], promql_expr_test: [{expr: y, eval_time: 90s, exp_samples: [{labels: y, value: 6}]}]}]\n",
            true
        ),
    ]

    @Test func `the same tests pass and fail as with promtool`() async throws {
        let directory = try OwnedDirectory()
        try directory.write("rules.yml", Self.rules.utf8)
        try directory.write("broken.yml", Self.broken.utf8)
        try directory.write("bad.yml", "groups: [{name: a, rules: [{alert: E, expr: 'm *'}]}]\n".utf8)
        for (text, passes) in Self.checks.map({ (Self.test($0.0), $0.1) }) + Self.files {
            let file = try directory.write("tests.yml", text.utf8)
            let child = try ChildProcess("promtool", ["test", "rules", file])
            #expect(
                await (child.end() == .exited(0)) == passes, "\(text)\n\(child.standardOutput)\(child.standardError)")
            let found = Self.failures(text)
            #expect(found.isEmpty == passes, "\(text)\n\(found.joined(separator: "\n"))")
        }
        await directory.remove()
    }

    /// What is wrong, as the command says it.
    private static func failures(_ text: String, _ version: Dialect.Version = .two) -> [String] {
        switch UnitTestFile.parse(text, path: "tests.yml") {
        case .failure(let problems): return problems.problems.map(\.description)
        case .success(let file):
            let named = [
                "rules.yml": rules, "ru*.yml": rules, "broken.yml": broken,
                "bad.yml": "groups: [{name: a, rules: [{alert: E, expr: 'm *'}]}]\n",
            ]
            let dialect = Dialect(version: version)
            var groups: [RuleGroup] = []
            guard !file.tests.isEmpty else { return [] }
            for name in file.ruleFiles {
                switch RuleFile.parse(named[name] ?? "", path: name, as: dialect) {
                case .success(let read): groups += read
                case .failure(let problems): return problems.problems.map(\.description)
                }
            }
            return file.failures(of: groups, as: dialect).map(\.description)
        }
    }

    /// Whether the evaluator has both versions' edges.
    private static var tellsVersionsApart: Bool {
        let text = test(query("5m", "count_over_time(x[2m])", "[{labels: '{i=\"1\"}', value: 3}]"))
        return failures(text).isEmpty != failures(text, .three).isEmpty
    }

    @Test(
        .enabled(if: tellsVersionsApart),
        arguments: [
            ("5m", "count_over_time(x[2m])", 3.0), ("5m", "sum_over_time(x[2m] offset 1m)", 12),
            ("5m", "changes(x[2m])", 2),
            ("5m", "count_over_time(x[90s])", 2), ("15m", "sum(x)", 11), ("5m", "increase(x[2m])", 2),
            ("5m", "delta(x[1m])", 1), ("12m", "count_over_time(x[2m])", 1),
        ])
    func `compat 2 has the edges of promtool 2`(time: String, expression: String, value: Double) async throws {
        let text = Self.test(Self.query(time, "sum(\(expression))", "[{value: \(value)}]"))
        #expect(Self.failures(text) == [])
        let directory = try OwnedDirectory()
        try directory.write("rules.yml", Self.rules.utf8)
        let file = try directory.write("tests.yml", text.utf8)
        try await run("promtool", ["test", "rules", file])
        await directory.remove()
    }

    @Test func `a failure shows what is missing and what is too much`() {
        let text = Self.test(Self.alert("2m", "A", "[{exp_labels: {i: 2, s: l3}}]"))
        #expect(
            Self.failures(text) == [
                """
                test 1: alert A at 2m:
                    - {alertname="A", i="2", s="l3"}
                    + {alertname="A", i="1", s="l3"} annotations {d="1 3 "}
                """
            ])
        let other = Self.test("name: disk, " + Self.query("3m", "y", "[{labels: y, value: 1e9}]"))
            .replacing("name: disk, promql", with: "name: disk\n    promql")
        #expect(
            Self.failures(other) == [
                "test 1 \"disk\": expression y at 3m:\n    - y 1e+09\n    + y{i=\"1\"} 8"
            ])
    }

    @Test func `a test may begin at another time, and compare with tolerance`() {
        let start = Self.test(Self.query("3m", "time()", "[{value: 1767225780}]"))
            .replacing("- interval: 1m", with: "- interval: 1m\n    start_timestamp: 2026-01-01T00:00:00Z")
        #expect(Self.failures(start) == [])
        #expect(Self.failures(start.replacing("2026-01-01T00:00:00Z", with: "1767225600")) == [])
        #expect(Self.failures(start.replacing("2026-01-01T00:00:00Z", with: "2026-01-01T02:00:00.0+02:00")) == [])
        #expect(Self.failures(start.replacing("2026-01-01T00:00:00Z", with: "2026-13-01T00:00:00Z")).count == 1)
        let fuzzy = Self.test(Self.query("3m", "1 / 3", "[{value: 0.3333333}]"))
        #expect(Self.failures("fuzzy_compare: true\n" + fuzzy) == [])
        #expect(Self.failures(fuzzy).count == 1)
    }

    @Test(arguments: [
        "tests: [{interval: 1m, input_series: [{series: x, values: '1x99999999'}]}]",
        "tests: [{interval: 1m, input_series: [{series: x, values: '\(String(repeating: "1x900000 ", count: 4))'}]}]",
        "tests: [{interval: 1m, promql_expr_test: [{expr: x, eval_time: 200y}]}]",
        "evaluation_interval: 1ms\ntests: [{promql_expr_test: [{expr: x, eval_time: 1d}]}]", "tests: [{interval: 0s}]",
        "tests: [{promql_expr_test: [{expr: x, exp_samples: [{labels: x, histogram: '{{}}'}]}]}]",
        "tests: [{input_series: [{series: x, values: '{{schema:1}}'}]}]",
    ])
    func `what would take for ever, or is not known here, is refused`(text: String) {
        #expect(!Self.failures(text).isEmpty)
    }
}

@Suite struct SeriesNotationTests {
    @Test(arguments: [
        ("5x3", "5 5 5 5"), ("5x0", "5"), ("1+2x3", "1 3 5 7"), ("1-1x3", "1 0 -1 -2"), ("-1x2", "-1 -1 -1"),
        ("_x3 7", "_ _ _ 7"),
        ("_x0 4", "4"), ("_ 7", "_ 7"), ("1 stale 2", "1 s 2"), ("1e2x2", "100 100 100"), ("1e2+1e1x2", "100 110 120"),
        ("0x3", "0 0 0 0"),
        ("Inf +Inf -Inf NaN nan", "+Inf +Inf -Inf NaN NaN"), ("1  2\t3", "1 2 3"), ("", ""),
        (".5x1 5.x1", "0.5 0.5 5 5"), ("1+1x2 _x2 3-1x1", "1 2 3 _ _ 3 2"),
        ("1.5-0.5x2", "1.5 1 0.5"), ("+3", "3"), ("1e-3", "0.001"), ("017x1", "15 15"), ("-010+07x1", "-8 -1"),
        ("08 00", "8 0"), ("0-0.1x3", "0 -0.1 -0.2 -0.30000000000000004"),
    ])
    func `values are spelt out`(text: String, expected: String) throws {
        let values = try SeriesNotation.values(text).map { value in
            guard let value else { return "_" }
            return value.bitPattern == StaleMarker.bitPattern ? "s" : NumberText.format(value)
        }
        #expect(values.joined(separator: " ") == expected)
    }

    @Test(arguments: [
        "1+-1x2", "1--1x2", "stalex2", "1,2", "1x", "1+1", "x3", "1_000", "0b1", "1.5.5", "--1", "{{}}", "1x-1",
        "1x1.5", "stale_", "_x",
        "1 + 1x2", "Infx2", "1+Infx2", "NaNx3", "1 a", "0x1p1", "1e", "1X3", "STALE", "1x2x3", "_+1x2",
        "1x99999999999999999999", "é", "1+x2", "+", "1e400", "-1e999x2", "1+1e400x2",
    ])
    func `what is no value is refused`(text: String) {
        #expect(throws: NotationError.self) { try SeriesNotation.values(text) }
    }

    @Test(arguments: [
        (#"x"#, "x"), (#"x{a="b",c='d'}"#, #"x{a="b", c="d"}"#), (#"{}"#, "{}"), (#""#, "{}"),
        (#"{a="b",}"#, #"{a="b"}"#), (#" x { a = "b" } "#, #"x{a="b"}"#),
        (#"x{a="\"}\\",b=`\`}"#, #"x{a="\"}\\", b="\\"}"#), (#"{"a.b", "c.d"="e"}"#, #"a.b{c.d="e"}"#),
        (#"a:b{__x__="y"}"#, #"a:b{__x__="y"}"#), (#"x{a=""}"#, "x"),
    ])
    func `series are read`(text: String, expected: String) throws {
        #expect(try SeriesNotation.labels(text).description == expected)
    }

    @Test(arguments: [
        "x{", "x{a}", "x{a=}", "x{a=b}", "x{a=\"b}", "x{a!=\"b\"}", "x{a=~\"b\"}", "x}", "x y", "1x",
        "x{a=\"b\" c=\"d\"}", "x{a=\"b\",,}", "x{1=\"b\"}", "x{a=\"\\q\"}", "x{a=\"1\",a=\"2\"}", "x{a='", "é",
    ])
    func `what is no series is refused`(text: String) {
        #expect(throws: NotationError.self) { try SeriesNotation.labels(text) }
    }
}
