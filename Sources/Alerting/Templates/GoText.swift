// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Texts as Go's libraries write and read them.
enum GoText {
    /// A number literal; nil when it is none or does not fit.
    static func number(_ sign: String, _ text: String) -> TemplateLexer.Token? {
        guard let bare = withoutSeparators(text.lowercased()) else { return nil }
        if let int = int(sign, bare) { return .int(int) }
        let isHex = bare.hasPrefix("0x")
        guard isHex ? bare.contains("p") : bare.contains(".") || bare.contains("e"), let number = Double(sign + bare)
        else { return nil }
        guard number.isFinite else { return nil }
        // What looks like a float is one, whatever its value.
        return .number(number)
    }

    /// A number as Go's `ParseFloat` reads it.
    static func float(_ text: String) -> Double? {
        let lower = text.lowercased()
        let bare = lower.hasPrefix("+") || lower.hasPrefix("-") ? lower.dropFirst() : lower[...]
        if bare == "inf" || bare == "infinity" { return lower.hasPrefix("-") ? -.infinity : .infinity }
        if lower == "nan" { return .nan }
        guard bare.first?.isNumber == true || bare.first == ".", !bare.hasPrefix("0x") || bare.contains("p") else {
            return nil
        }
        return withoutSeparators(lower).flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Without the `_` between digits; nil when there is one elsewhere.
    private static func withoutSeparators(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        guard !text.hasPrefix("_"), !text.hasSuffix("_"), !text.contains("__") else { return nil }
        return text.filter { $0 != "_" }
    }

    /// A whole number in any of the bases that Go writes; nil when it does not fit.
    static func int(_ sign: String, _ text: String) -> Int? {
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where text.hasPrefix(prefix) {
            return digits(sign, text.dropFirst(2), radix)
        }
        return digits(sign, text[...], text.count > 1 && text.hasPrefix("0") ? 8 : 10)
    }

    private static func digits(_ sign: String, _ text: Substring, _ radix: Int) -> Int? {
        guard text.first != "+", text.first != "-" else { return nil }
        return Int(sign + text, radix: radix)
    }

    /// In double quotes, with escapes for what is no printable character; `isASCII` escapes all others too (`%+q`).
    static func quoted(_ text: String, isASCII: Bool = false, in quote: Unicode.Scalar = "\"") -> String {
        var result = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\\(scalar)"
            case "\u{7}": result += "\\a"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{B}": result += "\\v"
            default: result += scalar.isPrintable && (scalar.isASCII || !isASCII) ? "\(scalar)" : escaped(scalar)
            }
        }
        return result + String(quote)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0..<0x80: "\\x" + hex(scalar.value, 2)
        case 0x80..<0x1_0000: "\\u" + hex(scalar.value, 4)
        default: "\\U" + hex(scalar.value, 8)
        }
    }

    static func hex(_ number: UInt32, _ count: Int, uppercase: Bool = false) -> String {
        let text = String(number, radix: 16, uppercase: uppercase)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    /// Safe within HTML.
    static func html(_ text: String) -> String {
        replacing(text) { scalar in
            switch scalar {
            case "\"": "&#34;"
            case "'": "&#39;"
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\0": "\u{FFFD}"
            default: nil
            }
        }
    }

    /// Safe within a JavaScript string.
    static func js(_ text: String) -> String {
        replacing(text) { scalar in
            switch scalar {
            case "\\", "'", "\"": "\\\(scalar)"
            case "<", ">", "&", "=": "\\u" + hex(scalar.value, 4, uppercase: true)
            // Go takes no ASCII character from the blank on for special.
            case "\u{7F}": nil
            default: scalar.isPrintable ? nil : "\\u" + hex(scalar.value, 4, uppercase: true)
            }
        }
    }

    /// Safe as a part of a URL's query.
    static func query(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: " "): result += "+"
            default: result += "%" + hex(UInt32(byte), 2, uppercase: true)
            }
        }
        return result
    }

    /// Character by character, each for one: Go knows no mapping to several.
    static func mapped(_ text: String, _ mapping: (Unicode.Scalar.Properties) -> String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let mapped = mapping(scalar.properties).unicodeScalars
            let isOne = mapped.count == 1 || scalar == "\u{130}"
            result.unicodeScalars.append(isOne ? mapped.first ?? scalar : scalar)
        }
        return result
    }

    private static func replacing(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if let escaped = escape(scalar) { result += escaped } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// `1h2m3.5s`, with the largest unit that fits below a second.
    static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let total = seconds.magnitude
        let nanoseconds = (attoseconds / 1_000_000_000).magnitude
        let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
        if total == 0 {
            let (unit, size): (String, UInt64) =
                nanoseconds >= 1_000_000 ? ("ms", 1_000_000) : nanoseconds >= 1000 ? ("µs", 1000) : ("ns", 1)
            return nanoseconds == 0 ? "0s" : sign + decimal(nanoseconds / size, nanoseconds % size, size) + unit
        }
        let rest = decimal(total % 60, nanoseconds, 1_000_000_000) + "s"
        if total < 60 { return sign + rest }
        let minutes = "\(total / 60 % 60)m" + rest
        return sign + (total < 3600 ? minutes : "\(total / 3600)h" + minutes)
    }

    private static func decimal(_ whole: UInt64, _ part: UInt64, _ size: UInt64) -> String {
        guard part > 0 else { return "\(whole)" }
        var digits = "\(part + size)".dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

extension Unicode.Scalar {
    /// Whether Go's `strconv.IsPrint` says so: letters, marks, numbers, punctuation, symbols and the ASCII space.
    var isPrintable: Bool {
        if isASCII { return value >= 0x20 && value < 0x7F }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
