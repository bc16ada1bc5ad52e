// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// What templates compute with.
enum TemplateValue: Sendable {
    case missing
    case bool(Bool)
    case int(Int)
    case number(Double)
    case string(String)
    case labels(Labels)
    case sample(VectorSample)
    case samples([VectorSample])
    /// What `args` makes.
    case arguments([String: TemplateValue])
    case time(Timestamp)
    case duration(Duration)
    /// Labels as messages have them, with methods.
    case pairs(Labels)
    case list(ListKind, [TemplateValue])
    case record(RecordKind, [TemplateField])
    /// `.` at the top.
    indirect case scope(TemplateScope)

    /// Go's idea of truth: not false, zero, empty or nil.
    var isTrue: Bool {
        switch self {
        case .missing: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .number(let value): value != 0
        case .string(let text): !text.isEmpty
        case .labels(let labels): !labels.isEmpty
        case .samples(let samples): !samples.isEmpty
        case .arguments(let values): !values.isEmpty
        case .pairs(let labels): !labels.isEmpty
        case .list(_, let values): !values.isEmpty
        case .sample, .time, .duration, .record, .scope: true
        }
    }

    /// As an action prints it: Go's `%v`, but for nothing at all.
    var printed: String {
        if case .missing = self { "<no value>" } else { shown }
    }

    /// As Go's `%v` prints it.
    var shown: String {
        switch self {
        case .missing: "<nil>"
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .number(let number): NumberText.format(number)
        case .string(let text): text
        case .labels(let labels), .pairs(let labels): Self.map(labels.all.map { ($0.name, $0.value) })
        case .sample(let sample): Self.sample(sample)
        case .samples(let samples): "[" + samples.map(Self.sample).joined(separator: " ") + "]"
        case .arguments(let values): Self.map(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.shown) })
        case .time(let time): CivilTime(time).formatted("2006-01-02 15:04:05.999") + " +0000 UTC"
        case .list(_, let values): "[" + values.map(\.shown).joined(separator: " ") + "]"
        case .record(_, let fields): "{" + fields.map(\.value.shown).joined(separator: " ") + "}"
        case .duration(let duration): GoText.duration(duration)
        case .scope(let scope):
            "{" + Self.map(scope.labels.all.map { ($0.name, $0.value) }) + " "
                + Self.map(scope.externalLabels.all.map { ($0.name, $0.value) })
                + " \(scope.externalURL) \(NumberText.format(scope.value))}"
        }
    }

    /// As `print` shows it, to which Go gives a sample by its address.
    var asArgument: String { if case .sample = self { "&" + shown } else { shown } }

    private static func map(_ entries: [(String, String)]) -> String {
        "map[" + entries.map { "\($0.0):\($0.1)" }.joined(separator: " ") + "]"
    }

    private static func sample(_ sample: VectorSample) -> String {
        "{" + map(sample.labels.all.map { ($0.name, $0.value) }) + " \(NumberText.format(sample.value))}"
    }

    /// Go's name of the type.
    var type: String {
        switch self {
        case .missing: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .number: "float64"
        case .string: "string"
        case .labels: "map[string]string"
        case .sample: "*template.sample"
        case .samples: "template.queryResult"
        case .arguments: "map[string]interface {}"
        case .time: "*time.Time"
        case .duration: "*time.Duration"
        case .pairs: "template.KV"
        case .list(let kind, _): kind.rawValue
        case .record(let kind, _): kind.rawValue
        case .scope:
            "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }"
        }
    }

    /// About how many bytes it takes, for the run's budget.
    var weight: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .labels(let labels), .pairs(let labels): labels.all.count * 16
        case .list(_, let values): values.reduce(0) { $0 + $1.weight }
        case .record(_, let fields): fields.reduce(0) { $0 + $1.value.weight }
        case .samples(let samples): samples.count * 64
        case .arguments(let values): values.reduce(0) { $0 + $1.key.utf8.count + $1.value.weight }
        default: 1
        }
    }
}
