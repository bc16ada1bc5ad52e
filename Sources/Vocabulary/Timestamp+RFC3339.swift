// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// As RFC 3339 writes it, in UTC, with milliseconds: `2026-01-31T12:00:00.250Z`.
    public var rfc3339: String {
        let second = 1000 as Int64
        let day = 86_400 * second
        let days = milliseconds.quotientRoundedDown(day)
        let rest = milliseconds - days * day
        let (year, month, dayOfMonth) = Self.date(days)
        let clock = [rest / (3600 * second), rest / (60 * second) % 60, rest / second % 60].map { digits($0, 2) }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfMonth, 2))T\(clock.joined(separator: ":"))."
            + digits(rest % second, 3) + "Z"
    }

    /// With no more digits of the second's fraction than it has, as Go writes it: `2026-01-02T03:04:05Z`.
    public var rfc3339Nano: String {
        guard milliseconds % 1000 != 0 else { return rfc3339.dropLast(5) + "Z" }
        var text = rfc3339.dropLast()
        while text.last == "0" { text.removeLast() }
        return text + "Z"
    }

    private func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// The Gregorian date that is `days` after 1970-01-01. Counts in years that begin in March, so that a leap day is
    /// the last of its year, and in eras of 400 years, which all have 146,097 days.
    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.quotientRoundedDown(146_097)
        let inEra = shifted - era * 146_097
        let year = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let isAfterDecember = month >= 10
        return (
            year + era * 400 + (isAfterDecember ? 1 : 0), month + (isAfterDecember ? -9 : 3),
            inYear - (153 * month + 2) / 5 + 1
        )
    }
}

extension Int64 {
    fileprivate func quotientRoundedDown(_ divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
