// SPDX-License-Identifier: Apache-2.0
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
        ("{{ if gt $value 2 }}x{{ end }}", "<error expanding template: incompatible types for comparison>"),
        ("{{ .Nothing }}", "<error expanding template: can't evaluate field Nothing>"), ("{ {} }", "{ {} }"),
        ("{{ le 2 2 }} {{ ge 1 2 }} {{ lt 1 2 }} {{ ne 1 1 }}", "true false true false"),
    ])
    func `templates expand as Go does`(text: String, output: String) throws {
        let labels = [("domain", "web"), ("state", "off"), ("instance", "host.example:9177")]
        #expect(try expand(text, 3, labels) == output)
    }

    @Test(arguments: [
        ("{{ $labels.x", "is not closed"), ("{{ nope }}", "\"nope\" is not defined"),
        ("{{ query \"up\" }}", "\"query\" is not supported"), ("{{ $y }}", "undefined variable"),
        ("{{ if true }}", "no {{end}}"), ("{{ end }}", "unexpected {{end}}"), ("{{ range $labels }}", "not supported"),
        ("{{ \"x }}", "no closing quote"), ("{{ | }}", "a command is missing"), ("{{ (1 }}", "parenthesis"),
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
        let long = try expand("{{ $labels.a }}", 1, [("a", String(repeating: "x", count: 100_000))])
        #expect(long.hasPrefix("<error expanding template: the result is longer"))
        #expect(try expand("{{ printf \"%999999999d\" 1 }}").utf8.count <= 1000)
        #expect(try expand("{{ $labels.a }}", 1, [("a", "{{ nope }}")]) == "{{ nope }}")
    }
}
