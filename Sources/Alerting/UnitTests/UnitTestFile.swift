// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary
import YAML

/// Unit tests of rules, in the format of `promtool test rules`.
///
/// Source: Prometheus's documentation, "Unit testing for rules".
public struct UnitTestFile: Sendable {
    /// Paths or patterns of rule files, as written: relative to the test file.
    public let ruleFiles: [String]
    public let tests: [UnitTest]
    /// How often rules are evaluated.
    public let interval: Duration
    let groupOrder: [String]
    /// Values that differ by a millionth of themselves are equal.
    let isFuzzy: Bool

    /// How many things are checked.
    public var checks: Int { tests.reduce(0) { $0 + $1.alerts.count + $1.expressions.count } }
}

/// Series, and what rules make of them.
public struct UnitTest: Sendable {
    struct Input: Sendable {
        let labels: Labels
        let values: [Double?]
    }

    struct ExpectedAlert: Hashable, Sendable {
        let labels: Labels
        let annotations: Labels
    }

    struct AlertCheck: Sendable {
        let time: Duration
        let name: String
        let expected: [ExpectedAlert]
    }

    struct ExpressionCheck: Sendable {
        let time: Duration
        let expression: String
        let expected: [VectorSample]
    }

    let name: String
    /// Between two values of a series.
    let interval: Duration
    let start: Timestamp
    let series: [Input]
    let alerts: [AlertCheck]
    let expressions: [ExpressionCheck]
    let externalLabels: Labels
    let externalURL: String

    /// When the last check is.
    var end: Duration { (alerts.map(\.time) + expressions.map(\.time)).max() ?? .zero }
}

extension UnitTestFile {
    /// How far back rules may read in a test, which keeps all it has.
    public static let reach = Duration.seconds(1 << 40)
    /// How often the rules of one test may be evaluated.
    static let mostEvaluations: Int64 = 1_000_000

    /// The tests of a file's `text`, or everything that is wrong with it.
    public static func parse(_ text: String, path: String) -> Result<UnitTestFile, RuleProblems> {
        let problems = ProblemList(path: path)
        var file = UnitTestFile(
            ruleFiles: [], tests: [], interval: .seconds(60), groupOrder: [], isFuzzy: false)
        do throws(Problem) {
            if let root = try YAMLNode.parse(text, path: path, allowsAliases: true), !root.isNull,
                var reader = MappingReader(root, problems)
            {
                file = read(&reader)
                reader.end()
            }
        } catch {
            problems.add(error)
        }
        return problems.problems.isEmpty ? .success(file) : .failure(RuleProblems(problems.problems))
    }

    private static func read(_ reader: inout MappingReader) -> UnitTestFile {
        let files = reader.strings("rule_files") ?? []
        let interval = reader.duration("evaluation_interval").flatMap { $0 > .zero ? $0 : nil } ?? .seconds(60)
        let order = reader.strings("group_eval_order") ?? []
        for (index, name) in order.enumerated() where order[..<index].contains(name) {
            reader.complain("group_eval_order", "the group \"\(name.prefix(80))\" is there twice")
        }
        let isFuzzy = reader.bool("fuzzy_compare") ?? false
        let tests = (reader.mappings("tests") ?? []).map { test in
            var test = test
            let result = UnitTest.read(&test, interval)
            test.end()
            return result
        }
        return UnitTestFile(ruleFiles: files, tests: tests, interval: interval, groupOrder: order, isFuzzy: isFuzzy)
    }
}

extension UnitTest {
    fileprivate static func read(_ reader: inout MappingReader, _ interval: Duration) -> UnitTest {
        let name = reader.string("name") ?? ""
        let step = reader.duration("interval") ?? interval
        if step <= .zero { reader.complain("interval", "is 0; the values of a series need time between them") }
        let start = reader.value("start_timestamp", expected: "seconds since 1970 or a time such as \(example)") {
            Timestamp(parsing: $0)
        }
        let test = UnitTest(
            name: name, interval: step, start: start ?? Timestamp(milliseconds: 0), series: inputs(&reader),
            alerts: (reader.mappings("alert_rule_test") ?? []).compactMap(alertCheck),
            expressions: (reader.mappings("promql_expr_test") ?? []).compactMap(expressionCheck),
            externalLabels: Labels(reader.pairs("external_labels").all),
            externalURL: reader.string("external_url") ?? "")
        if test.end.milliseconds / max(interval.milliseconds, 1) > UnitTestFile.mostEvaluations {
            let most = UnitTestFile.mostEvaluations
            reader.problems.add("\(reader.name): takes more than \(most) evaluations of the rules", at: reader.node)
        }
        return test
    }

    private static let example = "2026-01-31T12:00:00Z"

    private static func inputs(_ reader: inout MappingReader) -> [Input] {
        var total = 0
        return (reader.mappings("input_series") ?? []).compactMap { one in
            var one = one
            defer { one.end() }
            let (series, values) = (one.string("series"), one.string("values") ?? "")
            guard let labels = one.notation("series", series, SeriesNotation.inputLabels),
                let numbers = one.notation("values", values, SeriesNotation.values)
            else { return nil }
            total += numbers.count
            guard total <= 5 * SeriesNotation.mostValues else {
                one.complain("values", "all series together have more than \(5 * SeriesNotation.mostValues) values")
                return nil
            }
            return Input(labels: labels, values: numbers)
        }
    }

    private static func alertCheck(_ reader: MappingReader) -> AlertCheck? {
        var reader = reader
        defer { reader.end() }
        let time = reader.duration("eval_time") ?? .zero
        let name = reader.required("alertname")
        let expected = (reader.mappings("exp_alerts") ?? []).map { alert in
            var alert = alert
            let (labels, annotations) = (alert.pairs("exp_labels"), alert.pairs("exp_annotations"))
            alert.end()
            let named = Labels(texts: labels.all.filter { $0.name != "alertname" } + [Label("alertname", name ?? "")])
            return ExpectedAlert(labels: named, annotations: annotations)
        }
        return name.map { AlertCheck(time: time, name: $0, expected: expected) }
    }

    private static func expressionCheck(_ reader: MappingReader) -> ExpressionCheck? {
        var reader = reader
        defer { reader.end() }
        let time = reader.duration("eval_time") ?? .zero
        let expression = reader.required("expr")
        let expected: [VectorSample] = (reader.mappings("exp_samples") ?? []).compactMap { sample in
            var sample = sample
            defer { sample.end() }
            let value = sample.number("value", expected: "a number", YAMLNumber.parse) ?? 0
            let text = sample.string("labels") ?? ""
            if sample.value("histogram") != nil {
                sample.complain("histogram", "is not supported: values alone are compared")
            }
            guard let labels = sample.notation("labels", text, SeriesNotation.labels) else { return nil }
            return VectorSample(labels: labels, value: value, time: Timestamp(milliseconds: 0))
        }
        return expression.map { ExpressionCheck(time: time, expression: $0, expected: expected) }
    }
}

extension MappingReader {
    fileprivate mutating func pairs(_ key: String) -> Labels {
        Labels(texts: (texts(key) ?? []).map { Label($0.name, $0.text) })
    }

    /// What `parse` makes of the text of `key`.
    fileprivate func notation<T>(
        _ key: String, _ text: String?, _ parse: (String) throws(NotationError) -> T
    ) -> T? {
        guard let text else {
            complain(key, "is missing")
            return nil
        }
        do throws(NotationError) {
            return try parse(text)
        } catch {
            complain(key, error.description)
            return nil
        }
    }
}

/// Numbers as YAML 1.2 writes them.
enum YAMLNumber {
    static func parse(_ text: String) -> Double? {
        switch text.lowercased() {
        case ".inf", "+.inf": .infinity
        case "-.inf": -.infinity
        case ".nan": .nan
        case let lower:
            GoText.int("", lower).map(Double.init) ?? (lower.contains { $0.isNumber } ? GoText.float(lower) : nil)
        }
    }
}
