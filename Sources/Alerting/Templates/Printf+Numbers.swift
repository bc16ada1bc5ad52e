// SPDX-License-Identifier: Apache-2.0
import Glibc
import PromQL

/// Integers and floats.
extension Printf {
    static func int(_ number: Int, _ verb: Unicode.Scalar, _ flags: Flags) -> String? {
        let known = UInt32(exactly: number).flatMap(Unicode.Scalar.init)
        let scalar = known ?? "\u{FFFD}"
        switch verb {
        case "d", "v": return digits(number, 10, verb, flags)
        case "b": return digits(number, 2, verb, flags)
        case "o", "O": return digits(number, 8, verb, flags)
        case "x", "X": return digits(number, 16, verb, flags)
        case "c": return pad(String(scalar), flags)
        case "q": return pad(GoText.quoted(String(scalar), isASCII: flags.plus, in: "'"), flags)
        case "U":
            let digits = String(UInt(bitPattern: number), radix: 16, uppercase: true)
            let zeros = String(repeating: "0", count: max(0, max(flags.precision ?? 4, 4) - digits.utf8.count))
            var plain = flags
            plain.zero = false
            return pad("U+\(zeros)\(digits)" + (flags.sharp && known?.isPrintable == true ? " '\(scalar)'" : ""), plain)
        default: return nil
        }
    }

    private static func digits(_ number: Int, _ radix: Int, _ verb: Unicode.Scalar, _ flags: Flags) -> String {
        var flags = flags
        let sign = number < 0 ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        var least = flags.precision ?? 0
        if flags.precision == 0, number == 0 {
            flags.zero = false
            return pad("", flags)
        }
        if flags.precision == nil, flags.zero, let width = flags.width { least = width - sign.utf8.count }
        flags.zero = false
        var text = String(number.magnitude, radix: radix, uppercase: verb == "X")
        text = String(repeating: "0", count: max(0, least - text.utf8.count)) + text
        switch verb {
        case "o", "O":
            if flags.sharp, !text.hasPrefix("0") { text = "0" + text }
            if verb == "O" { text = "0o" + text }
        case "x" where flags.sharp: text = "0x" + text
        case "X" where flags.sharp: text = "0X" + text
        case "b" where flags.sharp: text = "0b" + text
        default: break
        }
        return pad(sign + text, flags)
    }

    static func float(_ value: Double, _ verb: Unicode.Scalar, _ flags: Flags) -> String? {
        var flags = flags
        guard "vbgGxXfFeE".unicodeScalars.contains(verb) else { return nil }
        guard value.isFinite else {
            flags.zero = false
            let sign =
                value == -.infinity ? "-" : flags.space && !flags.plus ? " " : flags.plus || !value.isNaN ? "+" : ""
            return pad(sign + (value.isNaN ? "NaN" : "Inf"), flags)
        }
        let sign = value.sign == .minus ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        var text = magnitude(value.magnitude, verb, flags)
        if flags.zero, !sign.isEmpty, let width = flags.width {
            text = String(repeating: "0", count: max(0, width - sign.utf8.count - text.utf8.count)) + text
        }
        return pad(sign + text, flags)
    }

    private static func magnitude(_ value: Double, _ verb: Unicode.Scalar, _ flags: Flags) -> String {
        switch verb {
        case "b":
            let mantissa = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
            let exponent = Int(value.exponentBitPattern == 0 ? 1 : value.exponentBitPattern) - 1075
            return "\(mantissa)p\(exponent < 0 ? "" : "+")\(exponent)"
        case "x", "X":
            let text = hexadecimal(value, flags.precision)
            return verb == "x" ? text : text.uppercased()
        case "e", "E": return c(value, "e", flags.precision ?? 6, flags).matching(verb)
        case "f", "F": return c(value, "f", flags.precision ?? 6, flags)
        default:
            let shortest = NumberText.format(value)
            let mantissa = shortest.prefix { $0 != "e" }
            let digits = mantissa.drop { $0 == "0" || $0 == "." }.count { $0 != "." }
            guard let precision = flags.precision ?? (flags.sharp && digits < 6 ? 6 : nil) else {
                let point = flags.sharp && !mantissa.contains(".") ? "." : ""
                return (String(mantissa) + point + shortest.dropFirst(mantissa.count)).matching(verb)
            }
            return c(value, "g", precision, flags).matching(verb)
        }
    }

    /// As `%.4g` for `digits` of 4.
    static func general(_ value: Double, digits: Int) -> String { c(value, "g", digits, Flags()) }

    /// One number through C's `snprintf`, which agrees with Go on what precision means.
    private static func c(_ value: Double, _ verb: String, _ precision: Int, _ flags: Flags) -> String {
        withVaList([Int32(clamping: precision), value]) { arguments in
            var buffer = [CChar](repeating: 0, count: precision + 400)
            vsnprintf(&buffer, buffer.count, flags.sharp ? "%#.*\(verb)" : "%.*\(verb)", arguments)
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// `0x1.8p+01`: as many digits as `precision` says, or as it takes.
    private static func hexadecimal(_ value: Double, _ precision: Int?) -> String {
        guard value != 0 else {
            return "0x0" + (precision.map { $0 > 0 ? "." + String(repeating: "0", count: $0) : "" } ?? "") + "p+00"
        }
        var exponent = Int(value.exponent)
        // The 1 before the point and 52 bits after it.
        var bits = UInt64(value.significand * 0x1p52)
        if let precision, precision < 13 {
            let shift = UInt64(4 * (13 - precision))
            let (half, rest) = (UInt64(1) << (shift - 1), bits & ((1 << shift) - 1))
            bits >>= shift
            if rest > half || rest == half && bits & 1 == 1 { bits += 1 }
            bits <<= shift
            if bits >= 1 << 53 {
                bits >>= 1
                exponent += 1
            }
        }
        var digits = String(bits & ((1 << 52) - 1), radix: 16)
        digits = String(repeating: "0", count: 13 - digits.utf8.count) + digits
        if let precision {
            digits = String(digits.prefix(precision)) + String(repeating: "0", count: max(0, precision - 13))
        } else {
            while digits.last == "0" { digits.removeLast() }
        }
        let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
        return "0x1\(digits.isEmpty ? "" : ".")\(digits)p\(exponent < 0 ? "-" : "+")\(power)"
    }
}

extension String {
    /// In capitals, as the verb is.
    fileprivate func matching(_ verb: Unicode.Scalar) -> String {
        verb == "E" || verb == "G" ? uppercased() : self
    }
}
