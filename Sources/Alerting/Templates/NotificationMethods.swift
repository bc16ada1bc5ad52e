// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The methods of the labels and lists in a message's data.
enum NotificationMethods {
    static func call(_ name: String, on labels: Labels, _ arguments: [TemplateValue]) -> TemplateValue? {
        if name == "Remove", case .list(.strings, let names)? = arguments.first, arguments.count == 1 {
            return .pairs(labels.removing(Set(names.map(\.text))))
        }
        guard arguments.isEmpty else { return nil }
        let sorted = sorted(labels)
        switch name {
        case "SortedPairs":
            let pairs = sorted.map { label in
                TemplateValue.record(
                    .pair,
                    [
                        TemplateField("Name", "Name", .string(label.name)),
                        TemplateField("Value", "Value", .string(label.value)),
                    ])
            }
            return .list(.pairs, pairs)
        case "Names": return .list(.strings, sorted.map { .string($0.name) })
        case "Values": return .list(.strings, sorted.map { .string($0.value) })
        default: return nil
        }
    }

    static func call(_ name: String, on kind: ListKind, _ values: [TemplateValue]) -> TemplateValue? {
        switch (kind, name) {
        case (.alerts, "Firing"): .list(kind, values.filter { $0.field("Status")?.text == "firing" })
        case (.alerts, "Resolved"): .list(kind, values.filter { $0.field("Status")?.text == "resolved" })
        case (.pairs, "Names"): .list(.strings, values.compactMap { $0.field("Name") })
        case (.pairs, "Values"): .list(.strings, values.compactMap { $0.field("Value") })
        default: nil
        }
    }

    /// By name, `alertname` before all others.
    private static func sorted(_ labels: Labels) -> [Label] {
        labels.all.filter { $0.name == "alertname" } + labels.all.filter { $0.name != "alertname" }
    }
}

/// Functions that messages have and rules do not.
enum NotificationFunctions {
    typealias Function = TemplateFunctions.Function

    static let all: [String: Function] = [
        "join": Function(parameters: [.string, .strings]) { (values, _) in
            guard case .list(_, let parts) = values[1] else { return .missing }
            return .string(parts.map(\.text).joined(separator: values[0].text))
        },
        "stringSlice": .many { (values) throws(TemplateFailure) in
            if let other = values.first(where: { !$0.isText }) {
                throw TemplateFailure("stringSlice: expected string; got \(other.type)")
            }
            return .list(.strings, values)
        },
        "toJson": .one { .string(String(decoding: $0.json.bytes, as: UTF8.self)) },
    ]
}

extension NotificationFunctions {
    /// With a capital at the first letter of each word and small ones after it; `'` and `.` between letters are within a
    /// word, as Unicode's annex 29 has it. Of the small sigma's two forms the one at a word's end is not known.
    static func title(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var isCapitalDone = false
        for (index, scalar) in scalars.enumerated() {
            let isBetween =
                "'.:\u{B7}\u{2019}\u{2027}".unicodeScalars.contains(scalar) && index > 0 && index + 1 < scalars.count
                && scalars[index - 1].properties.isAlphabetic && scalars[index + 1].properties.isAlphabetic
            if isBetween || scalar.isWithinWord {
                let isCapital = !isCapitalDone && scalar.properties.isCased
                if isCapital { isCapitalDone = true }
                result += isCapital ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
            } else {
                isCapitalDone = false
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isWithinWord: Bool {
        if properties.isAlphabetic || self == "_" { return true }
        switch properties.generalCategory {
        case .decimalNumber, .format, .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }
}

extension TemplateValue {
    /// As Go's `encoding/json` has it.
    var json: JSON {
        switch self {
        case .missing: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .number("\(number)")
        case .number(let number): number.isFinite ? .number(number.asJSON) : .string("\(number)")
        case .string(let text): .string(text)
        case .labels(let labels), .pairs(let labels): JSON(labels)
        case .list(_, let values): .array(values.map(\.json))
        case .record(_, let fields): .object(fields.map { ($0.jsonName, $0.value.json) })
        case .time(let time): .string(time.rfc3339Nano)
        default: .string(shown)
        }
    }
}

extension Double {
    /// Plain digits where they are short, as in JSON.
    fileprivate var asJSON: String {
        magnitude < 1e15 && self == rounded() ? "\(Int64(self))" : "\(self)"
    }
}
