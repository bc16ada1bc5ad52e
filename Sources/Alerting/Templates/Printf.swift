// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Go's `printf`, for the types that templates have. Mistakes show in the text, as in Go: `%!d(string=x)`.
struct Printf {
    /// What stands between `%` and the verb.
    struct Flags {
        var minus = false
        var plus = false
        var sharp = false
        var space = false
        var zero = false
        /// `%#v`: as Go's source would have it.
        var isGo = false
        /// `%+v`: fields with their names.
        var isNamed = false
        var width: Int?
        var precision: Int?
    }

    /// Go's own limit for widths and precisions.
    private static let widest = 1_000_000

    private var rest: ArraySlice<Unicode.Scalar>
    private let values: [TemplateValue]
    private var result = ""
    private var next = 0
    /// Whether the format names its arguments by number: then too many are no mistake.
    private var isReordered = false
    private var isIndexGood = true

    static func format(_ format: String, _ values: [TemplateValue]) throws(TemplateFailure) -> String {
        var printf = Printf(rest: Array(format.unicodeScalars)[...], values: values)
        try printf.run()
        return printf.result
    }

    private init(rest: ArraySlice<Unicode.Scalar>, values: [TemplateValue]) {
        self.rest = rest
        self.values = values
    }

    private mutating func run() throws(TemplateFailure) {
        while let scalar = rest.popFirst() {
            if scalar == "%" { try directive() } else { result.unicodeScalars.append(scalar) }
            guard result.utf8.count <= Template.longestResult else {
                throw TemplateFailure("the text is longer than \(Template.longestResult) bytes")
            }
        }
        guard !isReordered, next < values.count else { return }
        let extra = values[next...].map { value in
            if case .missing = value { "<nil>" } else { "\(value.type)=\(value.asArgument)" }
        }
        result += "%!(EXTRA \(extra.joined(separator: ", ")))"
    }

    private mutating func directive() throws(TemplateFailure) {
        isIndexGood = true
        var flags = self.flags()
        var followsIndex = index()
        if rest.first == "*" {
            rest.removeFirst()
            star(&flags)
            followsIndex = false
        } else if let width = try digits() {
            flags.width = width
            if followsIndex { isIndexGood = false }
        }
        if rest.first == "." {
            rest.removeFirst()
            if followsIndex { isIndexGood = false }
            followsIndex = index()
            if rest.first == "*" {
                rest.removeFirst()
                starPrecision(&flags)
                followsIndex = false
            } else {
                flags.precision = try digits() ?? 0
            }
        }
        if !followsIndex { followsIndex = index() }
        try verb(flags)
    }

    private mutating func verb(_ flags: Flags) throws(TemplateFailure) {
        guard let verb = rest.popFirst() else { return result += "%!(NOVERB)" }
        if verb == "%" {
            result += "%"
        } else if !isIndexGood {
            result += "%!\(verb)(BADINDEX)"
        } else if next >= values.count {
            result += "%!\(verb)(MISSING)"
        } else {
            guard max(flags.width ?? 0, flags.precision ?? 0) <= Template.longestResult else {
                throw TemplateFailure("the text is longer than \(Template.longestResult) bytes")
            }
            next += 1
            result += Self.one(verb, flags, values[next - 1])
        }
    }

    private mutating func flags() -> Flags {
        var flags = Flags()
        while let scalar = rest.first {
            switch scalar {
            case "-":
                flags.minus = true
                flags.zero = false
            case "+": flags.plus = true
            case "#": flags.sharp = true
            case " ": flags.space = true
            case "0": flags.zero = !flags.minus
            default: return flags
            }
            rest.removeFirst()
        }
        return flags
    }

    /// `[n]`: the next argument is the nth.
    private mutating func index() -> Bool {
        guard rest.first == "[" else { return false }
        isReordered = true
        guard let end = rest.firstIndex(of: "]") else {
            isIndexGood = false
            rest.removeFirst()
            return false
        }
        let text = String(String.UnicodeScalarView(rest[rest.startIndex..<end].dropFirst()))
        rest = rest[(end + 1)...]
        guard let number = Int(text), number >= 1, number <= values.count else {
            isIndexGood = false
            return false
        }
        next = number - 1
        return true
    }

    private mutating func star(_ flags: inout Flags) {
        guard let number = argument() else { return result += "%!(BADWIDTH)" }
        flags.width = abs(number)
        if number < 0 {
            flags.minus = true
            flags.zero = false
        }
    }

    private mutating func starPrecision(_ flags: inout Flags) {
        guard let number = argument(), number >= 0 else { return result += "%!(BADPREC)" }
        flags.precision = number
    }

    private mutating func argument() -> Int? {
        guard next < values.count else { return nil }
        next += 1
        guard case .int(let number) = values[next - 1], number.magnitude <= Self.widest else { return nil }
        return number
    }

    private mutating func digits() throws(TemplateFailure) -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[digits.endIndex...]
        guard !digits.isEmpty else { return nil }
        guard let number = Int(String(String.UnicodeScalarView(digits))), number <= Self.widest else {
            throw TemplateFailure("a width or a precision is too large")
        }
        return number
    }

    // MARK: One value

    private static func one(_ verb: Unicode.Scalar, _ flags: Flags, _ value: TemplateValue) -> String {
        var flags = flags
        if verb == "T" { return text(value.type, "s", flags) ?? "" }
        if verb == "v" {
            flags.isGo = flags.sharp
            flags.isNamed = flags.plus && !flags.sharp
            (flags.plus, flags.sharp) = (false, false)
        }
        return shown(verb, flags, value) ?? wrong(verb, flags, value)
    }

    private static func wrong(_ verb: Unicode.Scalar, _ flags: Flags, _ value: TemplateValue) -> String {
        if case .missing = value { return "%!\(verb)(<nil>)" }
        return "%!\(verb)(\(value.type)=\(shown("v", flags, value) ?? value.shown))"
    }

    /// nil when the verb is none for the value's type.
    private static func shown(_ verb: Unicode.Scalar, _ flags: Flags, _ value: TemplateValue) -> String? {
        switch value {
        case .missing: return verb == "v" ? pad("<nil>", flags) : nil
        case .bool(let flag): return verb == "t" || verb == "v" ? pad("\(flag)", flags) : nil
        case .int(let number): return int(number, verb, flags)
        case .number(let number): return float(number, verb, flags)
        case .string(let text): return self.text(text, verb, flags)
        case .time, .duration: return text(value.shown, verb, flags)
        case .labels(let labels), .pairs(let labels):
            return map(labels.all.map { ($0.name, .string($0.value)) }, value.type, verb, flags)
        case .arguments(let values):
            return map(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, value.type, verb, flags)
        case .sample(let sample):
            return "&" + fields([("Labels", .labels(sample.labels)), ("Value", .number(sample.value))], verb, flags)
        case .samples(let samples):
            // Of an address within a list Go shows the number, which tells nothing: here what is there.
            let isAddress = "vpdboxX".unicodeScalars.contains(verb)
            let texts = samples.map { isAddress ? part(verb, flags, .sample($0)) : wrong(verb, flags, .sample($0)) }
            return "[" + texts.joined(separator: " ") + "]"
        case .list(_, let values): return "[" + values.map { part(verb, flags, $0) }.joined(separator: " ") + "]"
        case .record(_, let fields):
            return self.fields(fields.map { ($0.name, $0.value) }, verb, flags)
        case .scope(let scope):
            return fields(
                [
                    ("Labels", .labels(scope.labels)), ("ExternalLabels", .labels(scope.externalLabels)),
                    ("ExternalURL", .string(scope.externalURL)), ("Value", .number(scope.value)),
                ], verb, flags)
        }
    }

    private static func fields(
        _ fields: [(String, TemplateValue)], _ verb: Unicode.Scalar, _ flags: Flags
    ) -> String {
        let texts = fields.map { (flags.isNamed ? "\($0):" : "") + part(verb, flags, $1) }
        return "{" + texts.joined(separator: " ") + "}"
    }

    private static func map(
        _ entries: [(String, TemplateValue)], _ type: String, _ verb: Unicode.Scalar, _ flags: Flags
    ) -> String {
        let texts = entries.map { "\(part(verb, flags, .string($0.0))):\(part(verb, flags, $0.1))" }
        return flags.isGo
            ? "\(type){\(texts.joined(separator: ", "))}" : "map[\(texts.joined(separator: " "))]"
    }

    /// A value within another: what `v` means was settled outside.
    private static func part(_ verb: Unicode.Scalar, _ flags: Flags, _ value: TemplateValue) -> String {
        shown(verb, flags, value) ?? wrong(verb, flags, value)
    }

    /// Filled up to the width, which counts characters.
    static func pad(_ text: String, _ flags: Flags) -> String {
        let missing = (flags.width ?? 0) - text.unicodeScalars.count
        guard missing > 0 else { return text }
        if flags.minus { return text + String(repeating: " ", count: missing) }
        return String(repeating: flags.zero ? "0" : " ", count: missing) + text
    }

    private static func text(_ text: String, _ verb: Unicode.Scalar, _ flags: Flags) -> String? {
        let cut = flags.precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
        switch verb {
        case "v" where flags.isGo: return pad(GoText.quoted(cut), flags)
        case "v", "s": return pad(cut, flags)
        case "q":
            let isRaw = flags.sharp && cut.unicodeScalars.allSatisfy { $0 != "`" && ($0.isPrintable || $0 == "\t") }
            return pad(isRaw ? "`\(cut)`" : GoText.quoted(cut, isASCII: flags.plus), flags)
        case "x", "X":
            let bytes = Array(text.utf8).prefix(flags.precision ?? .max)
            let prefix = flags.sharp ? (verb == "x" ? "0x" : "0X") : ""
            let digits = bytes.map { GoText.hex(UInt32($0), 2, uppercase: verb == "X") }
            guard !digits.isEmpty else { return pad("", flags) }
            return pad(
                flags.space
                    ? digits.map { prefix + $0 }.joined(separator: " ") : prefix + digits.joined(), flags)
        default: return nil
        }
    }
}
