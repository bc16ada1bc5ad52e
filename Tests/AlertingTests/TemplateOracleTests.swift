// SPDX-License-Identifier: Apache-2.0
import PromQL
import SeriesStore
import TestHosts
import Testing
import Vocabulary

@testable import Alerting

/// Templates against the real promtool: what it refuses, and each text that it makes.
@Suite struct TemplateOracleTests {
    private static let values = [
        "3", "0", "-1.5", "1234567", "0.00001234", "93784.5", "1e18", "-0.75", "1e-30", "100000", "NaN", "Inf", "-Inf",
    ]
    private static let labels = [("domain", "web"), ("state", "off"), ("instance", "host.example:9177")]

    @Test func `promtool accepts and refuses the same templates`() async throws {
        let directory = try OwnedDirectory()
        let texts =
            TemplateCases.good + TemplateCases.failing + TemplateCases.bad + TemplateLanguageCases.readable
            + TemplateLanguageCases.unreadable
        let rules = texts.enumerated().map { rule("T\($0.offset)", "x", $0.element) }
        let file = try directory.write("rules.yml", group(rules).utf8)
        let child = try ChildProcess("promtool", ["check", "rules", file])
        _ = await child.end()
        let refused = Set(child.standardError.matches(of: /"T(\d+)": annotation/).compactMap { Int($0.output.1) })
        #expect(!refused.isEmpty, "\(child.standardError)")
        for (index, text) in texts.enumerated() {
            let isRefused = (try? Template(parsing: text)) == nil
            #expect(isRefused == refused.contains(index), "\(text)")
        }
        await directory.remove()
    }

    @Test(arguments: values)
    func `promtool makes the same texts`(value: String) async throws {
        let directory = try OwnedDirectory()
        let texts = TemplateCases.good + TemplateCases.failing + TemplateLanguageCases.readable
        let series = Labels(name: "x", Self.labels)
        let number = try #require(GoText.float(value))
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(3600)))
        let start = Timestamp(milliseconds: 0)
        store.append([(series, number)], at: start)
        let query = TemplateScope.querying(store, at: start, as: Dialect(version: .two))
        let ours = try texts.map { text in
            try Template(parsing: text).expand(
                TemplateScope(
                    labels: series, value: number, externalLabels: Labels([Label("dc", "one")]),
                    externalURL: "http://host:9090/pre/fix", query: query))
        }
        try directory.write("rules.yml", group(texts.enumerated().map { rule("T\($0.offset)", "x", $0.element) }).utf8)
        let tests = ours.enumerated().map { index, text in
            "{eval_time: 0m, alertname: T\(index), exp_alerts: [{exp_labels: {\(Self.yaml)}, "
                + "exp_annotations: {a: \(text.quotedForYAML)}}]}"
        }
        let file = try directory.write(
            "tests.yml",
            """
            rule_files: [rules.yml]
            tests:
              - interval: 1m
                input_series: [{series: '\(series)', values: '\(value)'}]
                external_labels: {dc: one}
                external_url: http://host:9090/pre/fix
                alert_rule_test: [\(tests.joined(separator: ",\n"))]

            """.utf8)
        let child = try ChildProcess("promtool", ["test", "rules", file])
        _ = await child.end()
        let output = child.standardOutput + child.standardError
        let answers = Self.answers(output)
        for (index, text) in ours.enumerated() where !text.hasPrefix("<error expanding template: ") {
            #expect(answers[index] == nil, "\(texts[index]) for \(value) gives \(text)")
        }
        for index in ours.indices where ours[index].hasPrefix("<error expanding template: ") {
            let isFailure = answers[index]?.contains("<error expanding template: ") == true
            #expect(
                isFailure,
                "\(texts[index]) for \(value) gives \(ours[index]), not \(answers[index] ?? output.prefix(500))")
        }
        await directory.remove()
    }

    private static let yaml = labels.map { "\($0.0): \($0.1.quotedForYAML)" }.joined(separator: ", ")

    /// What promtool got where it expected another text, by the alert's number.
    private static func answers(_ output: String) -> [Int: Substring] {
        var answers: [Int: Substring] = [:]
        for block in output.split(separator: "alertname: T").dropFirst() {
            guard let number = Int(block.prefix { $0.isNumber }), let got = block.firstRange(of: "got:") else {
                continue
            }
            answers[number] = block[got.upperBound...]
        }
        return answers
    }

    private func rule(_ name: String, _ expression: String, _ text: String) -> String {
        "{alert: \(name), expr: \(expression), annotations: {a: \(text.quotedForYAML)}}"
    }

    private func group(_ rules: [String]) -> String {
        "groups:\n  - name: g\n    rules: [\(rules.joined(separator: ",\n"))]\n"
    }
}

extension String {
    /// In double quotes, on one line.
    var quotedForYAML: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            default: result += scalar.isPrintable ? "\(scalar)" : "\\U" + GoText.hex(scalar.value, 8)
            }
        }
        return result + "\""
    }
}
