// SPDX-License-Identifier: Apache-2.0
import PromQL
import Testing
import Vocabulary

@testable import Alerting

@Suite struct TemplateTests {
    private func expand(_ text: String, _ value: Double = 1, _ labels: [(String, String)] = []) throws -> String {
        let labels = Labels(labels.map { Label($0.0, $0.1) })
        return try Template(parsing: text).expand(
            TemplateScope(labels: labels, value: value, externalURL: "http://agent"))
    }

    @Test(arguments: [
        (1_234_567, ["1.234567e+06", "1.235M", "1.177Mi", "14d 6h 56m 7s", "1.235e+08%"]),
        (0.00001234, ["1.234e-05", "12.34u", "1.234e-05", "12.34us", "0.001234%"]),
        (93784.5, ["93784.5", "93.78k", "91.59ki", "1d 2h 3m 4s", "9.378e+06%"]),
        (0.5, ["0.5", "500m", "0.5", "500ms", "50%"]), (0, ["0", "0", "0", "0s", "0%"]),
        (.infinity, ["+Inf", "+Inf", "+Inf", "+Inf", "+Inf%"]),
    ])
    func `numbers read as Prometheus writes them`(value: Double, outputs: [String]) throws {
        let forms = ["", " | humanize", " | humanize1024", " | humanizeDuration", " | humanizePercentage"]
        for (form, output) in zip(forms, outputs) {
            #expect(try expand("{{ $value\(form) }}", value) == output)
        }
    }

    @Test(arguments: [
        ("{{ $labels.domain }} is {{ .Labels.state }}", "web is off"), ("{{ $labels.nothing }}.", "."),
        ("{{ printf \"%.2f\" $value }}", "3.00"), ("{{ $value | printf \"%5.1f|\" }}", "  3.0|"),
        ("{{ printf \"%d\" $value }}", "%!d(float64=3)"), ("{{ printf \"%s %q\" $labels.domain \"a\" }}", "web \"a\""),
        ("{{ printf \"%d%%\" 5 }}", "5%"), ("{{ printf \"%s\" }}", "%!s(MISSING)"),
        ("{{ if gt $value 2.0 }}high{{ else }}low{{ end }}", "high"),
        ("{{ if eq $labels.domain \"x\" }}a{{ else if eq .Value 3.0 }}b{{ end }}", "b"),
        ("a {{- \" b \" -}} c", "a b c"), ("a{{/* note */}}b", "ab"),
        ("{{ $x := \"q\" }}{{ $x }}{{ $x | toUpper }}", "qQ"),
        ("{{ with $labels.domain }}[{{ . }}]{{ end }}{{ with $labels.no }}x{{ else }}y{{ end }}", "[web]y"),
        ("{{ $labels.instance | stripPort | stripDomain }}", "host"), ("{{ title \"big bang\" }}", "Big Bang"),
        ("{{ if and (not false) (or \"\" true) }}ok{{ end }}", "ok"), ("{{ index $labels \"state\" }}", "off"),
        ("{{ humanizeTimestamp 93784.5 }}", "1970-01-02 02:03:04.5 +0000 UTC"), ("{{ $externalURL }}", "http://agent"),
        (
            "{{ if gt $value 2 }}x{{ end }}",
            "<error expanding template: error calling gt: incompatible types for comparison>"
        ),
        (
            "{{ .Nothing }}",
            "<error expanding template: can't evaluate field Nothing in type struct { Labels map[string]string; ExternalLabels map[string]string; "
                + "ExternalURL string; Value float64 }>"
        ), ("{ {} }", "{ {} }"),
        ("{{ le 2 2 }} {{ ge 1 2 }} {{ lt 1 2 }} {{ ne 1 1 }}", "true false true false"),
    ])
    func `templates expand as Go does`(text: String, output: String) throws {
        let labels = [("domain", "web"), ("state", "off"), ("instance", "host.example:9177")]
        #expect(try expand(text, 3, labels) == output)
    }

    @Test(arguments: [
        ("{{ $labels.x", "unclosed action"), ("{{ nope }}", "\"nope\" is not defined"),
        ("{{ $y }}", "undefined variable"),
        ("{{ if true }}", "no {{end}}"), ("{{ end }}", "unexpected {{end}}"),
        ("{{ range $labels }}", "{{range}} has no"),
        ("{{ \"x }}", "unterminated quoted string"), ("{{ | }}", "unexpected \"|\""),
        ("{{ (1 }}", "unclosed left paren"),
        ("a\n{{ 1 }}\n{{ 1 2", "line 3: unclosed action"), ("\n{{ 1 | 2 }}", "line 2: non executable command"),
        ("{{ tmpl \"x\" . }}", "\"tmpl\" is not defined"),
    ])
    func `what is no template is refused at load`(text: String, reason: String) {
        let error = #expect(throws: TemplateError.self) { try Template(parsing: text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `a hostile template or label is bounded`() throws {
        let nested = String(repeating: "{{ if true }}", count: 100)
        #expect(throws: TemplateError.self) { try Template(parsing: nested) }
        let open = "{{ " + String(repeating: "(", count: 10_000)
        #expect(throws: TemplateError.self) { try Template(parsing: open) }
        let label = [("a", String(repeating: "x", count: 100_000))]
        for text in ["{{ $labels.a }}", "{{ $labels.a | toUpper }}", "{{ printf \"%s\" $labels.a }}"] {
            #expect(try expand(text, 1, label).contains("longer than 65536 bytes>"))
        }
        #expect(try expand("{{ $labels.a }}", 1, [("a", "{{ nope }}")]) == "{{ nope }}")
        let range = [("a", String(repeating: "é\u{301}", count: 9000)), ("b", "\0\r\n}}{{")]
        #expect(try expand("{{ range $k, $v := $labels }}{{ len $v }},{{ end }}", 1, range) == "36000,7,")
    }

    @Test(arguments: [
        "{{ printf \"%999999d\" 1 }}", "{{ printf \"%.999999f\" 1.0 }}", "{{ printf \"%*d\" 900000 1 }}",
        "{{ $x := \"abcdefgh\" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}",
        "{{ range 1000000 }}{{ end }}", "{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ define \"r\" }}{{ range 9 }}{{ template \"r\" }}{{ end }}{{ end }}{{ template \"r\" }}",
        "{{ $x := printf \"%60000d\" 1 }}{{ range 9000 }}{{ $y := toUpper $x }}{{ end }}",
        "{{ range 9000 }}{{ $y := match \"(a*)*b\" \"aaaaaaaaaaaaaaaaaaaaaaaaaa\" }}{{ end }}",
        "{{ $x := printf \"%60000d\" 1 }}{{ range 9000 }}{{ $y := match $x $x }}{{ end }}",
        "{{ $x := printf \"%1000d\" 1 }}{{ range 9000 }}{{ $y := match $x $x }}{{ end }}",
        "{{ range 9000 }}{{ $y := query \"vector(1)\" }}{{ end }}",
        "{{ $x := printf \"%060000d\" 0 }}{{ reReplaceAll \"0.*1|0\" \"\" $x }}",
        "{{ printf \"\(String(repeating: "%[1]s", count: 1000))\" (printf \"%60000d\" 1) }}",
    ])
    func `work is bounded`(text: String) throws {
        let scope = TemplateScope(labels: .none, value: 1, query: { _ in [] })
        let result = try Template(parsing: text).expand(scope)
        #expect(result.hasPrefix("<error expanding template: "), "\(result.prefix(100))")
    }

    @Test(
        arguments: [
            ("{{ $value }}", [], 0), ("{{ query \"up\" | first | value }}", ["up"], 300),
            ("{{ \"rate(a[1h])\" | query | len }}{{ with query \"b\" }}{{ end }}", ["a", "b"], 3600),
            ("{{ with printf \"x{d='%s'} > %d\" $labels.a 5 | query }}{{ . | first }}{{ end }}", ["x"], 300),
            ("{{ (query (printf \"x{d=%q}\" $labels.a) | first).Value }}", ["x"], 300),
            (
                "{{ define \"t\" }}{{ if query \"y\" }}{{ end }}{{ end }}{{ range query \"z\" }}{{ end }}", ["y", "z"],
                300
            ),
            ("{{ query $labels.a }}", nil, 0), ("{{ query (printf \"x_%s\" $labels.a) }}", nil, 0),
            ("{{ query (print \"x\" $labels.a) }}", nil, 0), ("{{ query \"((\" }}", [], 0),
        ] as [(String, [String]?, Int)])
    func `what its queries read is known before it runs`(text: String, names: [String]?, seconds: Int) throws {
        let queries = try Template(parsing: text).queries(as: .default)
        #expect(queries.map { Set($0.flatMap { $0.metricNames ?? [] }) } == names.map { Set($0) })
        #expect(queries?.map(\.reach).max() ?? .zero == .seconds(seconds))
    }

    @Test func `query reads at the time of the evaluation`() throws {
        let scope = TemplateScope(
            labels: .none, value: 1, time: Timestamp(milliseconds: 90_500),
            query: TemplateScope.querying(NoSeries(), at: Timestamp(milliseconds: 90_500)))
        let good = "{{ query \"time()\" | first | value }} {{ now }} {{ len (query \"up\") }} {{ toDuration 90.5 }}"
        #expect(try Template(parsing: good).expand(scope) == "90.5 90.5 0 1m30.5s")
        let bad = try Template(parsing: "{{ query \"vector(\" }}").expand(scope)
        #expect(bad.hasPrefix("<error expanding template: error calling query: 1:8: "), "\(bad)")
    }
}

/// A store without series.
private struct NoSeries: SeriesSource {
    func points(of: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int) -> [SeriesPoints] { [] }

    func newestPoints(of: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] { [] }
}
