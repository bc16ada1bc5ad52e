// SPDX-License-Identifier: Apache-2.0

/// Durations as Prometheus writes them: `1y2w3d4h5m6s7ms`, each unit at most once and in this order.
///
/// Source: Prometheus's rule and configuration file format. `0` is the one number that needs no unit.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
        ("s", 1000), ("ms", 1),
    ]

    /// Prometheus counts nanoseconds in 64 bits, and refuses what is longer: a little over 292 years.
    private static let longest = Int64.max / 1_000_000

    /// The duration that `text` says, or nil when it is not one, or a longer one than there are.
    public static func parse(_ text: some StringProtocol) -> Duration? {
        guard let total = total(of: String(text)), total <= longest else { return nil }
        return .milliseconds(total)
    }

    /// Whether `text` is a duration but for its length.
    public static func isTooLong(_ text: some StringProtocol) -> Bool {
        total(of: String(text)).map { $0 > longest } ?? false
    }

    /// In milliseconds, the largest number for what is larger; nil when it is no duration.
    private static func total(of text: String) -> Int64? {
        if text == "0" { return 0 }
        var total: Int64 = 0
        var rest = text.utf8[...]
        var nextUnit = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard !digits.isEmpty else { return nil }
            let number = Int64(String(Substring(digits))) ?? .max
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
            rest = rest[letters.endIndex...]
            let name = Substring(letters)
            guard let index = units[nextUnit...].firstIndex(where: { $0.name == name }) else { return nil }
            let (part, overflow) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, overflowed) = total.addingReportingOverflow(part)
            total = overflow || overflowed ? .max : sum
            nextUnit = index + 1
        }
        return total
    }

    /// `duration` in the same form, in whole milliseconds: `90s` becomes `1m30s`.
    public static func format(_ duration: Duration) -> String {
        var rest = duration.milliseconds
        if rest == 0 { return "0s" }
        var text = rest < 0 ? "-" : ""
        rest = abs(rest)
        for unit in units where unit.name != "y" && unit.name != "w" || rest % unit.milliseconds == 0 {
            let count = rest / unit.milliseconds
            if count > 0 { text += "\(count)\(unit.name)" }
            rest -= count * unit.milliseconds
        }
        return text
    }
}
