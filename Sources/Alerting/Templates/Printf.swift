// SPDX-License-Identifier: Apache-2.0
import Glibc
import PromQL
import Vocabulary

/// Go's `printf`, for the types that templates have.
enum Printf {
    private static let widest = 1000

    static func format(_ format: String, _ values: [TemplateValue]) -> String {
        var result = ""
        var rest = Array(format.unicodeScalars)[...]
        var next = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let flags = rest.prefix { "+-# 0".unicodeScalars.contains($0) }
            rest = rest[flags.endIndex...]
            let width = digits(&rest)
            var precision: Int?
            if rest.first == "." {
                rest.removeFirst()
                precision = digits(&rest) ?? 0
            }
            guard let verb = rest.popFirst() else { return result + "%!(NOVERB)" }
            if verb == "%" {
                result += "%"
                continue
            }
            guard next < values.count else {
                result += "%!\(verb)(MISSING)"
                continue
            }
            let flag = String(String.UnicodeScalarView(flags))
            result += one(Character(verb), flag, width, precision, values[next])
            next += 1
        }
        guard next < values.count else { return result }
        let extra = values[next...].map { "\($0.type)=\($0.printed)" }.joined(separator: ", ")
        return result + "%!(EXTRA \(extra))"
    }

    private static func digits(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[digits.endIndex...]
        return Int(String(String.UnicodeScalarView(digits))).map { min($0, widest) }
    }

    private static func one(
        _ verb: Character, _ flags: String, _ width: Int?, _ precision: Int?, _ value: TemplateValue
    ) -> String {
        switch (verb, value) {
        case ("v", _): return padded(value.printed, flags, width)
        case ("s", .string(let text)): return padded(cut(text, precision), flags, width)
        case ("q", .string(let text)): return padded(quoted(text), flags, width)
        case ("t", .bool(let flag)): return padded("\(flag)", flags, width)
        case ("d", .int(let number)): return c(flags, width, precision, "ld", number)
        case ("x", .int(let number)): return c(flags, width, precision, "lx", number)
        case ("f", .number(let number)), ("F", .number(let number)), ("e", .number(let number)),
            ("E", .number(let number)), ("g", .number(let number)), ("G", .number(let number)):
            guard number.isFinite else { return padded(NumberText.format(number), flags, width) }
            if verb == "g" || verb == "G", precision == nil { return padded(NumberText.format(number), flags, width) }
            return c(flags, width, precision, String(verb), number)
        default: return "%!\(verb)(\(value.type)=\(value.printed))"
        }
    }

    /// One value through C's own `snprintf`, whose flags mean the same.
    static func c(_ flags: String, _ width: Int?, _ precision: Int?, _ verb: String, _ value: some CVarArg) -> String {
        let format = "%" + flags + (width.map(String.init) ?? "") + (precision.map { ".\($0)" } ?? "") + verb
        return withVaList([value]) { arguments in
            var buffer = [CChar](repeating: 0, count: 2 * widest + 400)
            vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func padded(_ text: String, _ flags: String, _ width: Int?) -> String {
        let blanks = String(repeating: " ", count: max(0, (width ?? 0) - text.unicodeScalars.count))
        return flags.contains("-") ? text + blanks : blanks + text
    }

    private static func cut(_ text: String, _ precision: Int?) -> String {
        precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
    }

    private static func quoted(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case "\n": "\\n"
                case "\t": "\\t"
                case "\r": "\\r"
                default:
                    scalar.value < 0x20
                        ? "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : "\(scalar)"
                }
            }.joined() + "\""
    }
}

extension TemplateValue {
    /// As Go's `%v` prints it.
    var printed: String {
        switch self {
        case .missing: "<no value>"
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .number(let number): NumberText.format(number)
        case .string(let text): text
        case .labels(let labels): "map[" + labels.all.map { "\($0.name):\($0.value)" }.joined(separator: " ") + "]"
        case .scope: "{}"
        }
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
        case .scope: "struct"
        }
    }
}
