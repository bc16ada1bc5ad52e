// SPDX-License-Identifier: Apache-2.0

/// Numbers as Prometheus writes them.
public enum NumberText {
    /// As Go's `%v` does: shortest digits that read back the same, with an exponent below 1e-4 and from 1e6 on.
    public static func format(_ value: Double) -> String {
        guard let decimal = Decimal(value) else { return special(value) }
        let exponent = decimal.point - 1
        return exponent < -4 || exponent >= 6 ? decimal.scientific : decimal.plain
    }

    /// All digits and no exponent, as `count_values` writes its label.
    public static func plain(_ value: Double) -> String {
        Decimal(value)?.plain ?? special(value)
    }

    private static func special(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
    }

    /// The shortest decimal digits of a finite number: 0.d1d2d3... times ten to the power of `point`.
    private struct Decimal {
        var isNegative: Bool
        var digits: [Character]
        var point: Int

        init?(_ value: Double) {
            guard value.isFinite else { return nil }
            isNegative = value.sign == .minus
            let parts = value.magnitude.description.split(separator: "e", maxSplits: 1)
            let mantissa = parts[0].split(separator: ".", maxSplits: 1)
            let whole = Array(mantissa[0])
            let all = whole + (mantissa.count > 1 ? Array(mantissa[1]) : [])
            let leading = all.prefix { $0 == "0" }.count
            digits = Array(all.dropFirst(leading))
            point = whole.count - leading + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            while digits.last == "0" { digits.removeLast() }
            if digits.isEmpty {
                digits = ["0"]
                point = 1
            }
        }

        private var sign: String { isNegative ? "-" : "" }

        var scientific: String {
            let exponent = point - 1
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            let rest = digits.count > 1 ? "." + String(digits[1...]) : ""
            return "\(sign)\(digits[0])\(rest)e\(exponent < 0 ? "-" : "+")\(power)"
        }

        var plain: String {
            if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + String(digits) }
            if point >= digits.count {
                return sign + String(digits) + String(repeating: "0", count: point - digits.count)
            }
            return sign + String(digits[..<point]) + "." + String(digits[point...])
        }
    }
}
