// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// Instants further from 1970 are not read, so that no arithmetic on time can overflow.
    private static let furthest = 9e15

    /// From seconds since 1970, as in `1435781451.781`, or RFC 3339, as in `2015-07-01T20:10:51.781Z`; nil when it is
    /// neither. Both are cut to milliseconds.
    public init?(parsing text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= 64 else { return nil }
        // Swift reads hexadecimal whole numbers, Go does not.
        if !text.lowercased().contains("x"), let seconds = Double(text) {
            guard seconds.isFinite, (seconds * 1000).magnitude < Self.furthest else { return nil }
            self.init(milliseconds: Int64((seconds * 1000).rounded()))
        } else {
            self.init(rfc3339: text)
        }
    }

    /// From RFC 3339, section 5.6: date, `T`, time, `Z` or an offset from UTC.
    public init?(rfc3339 text: String) {
        var reader = DigitReader(text.utf8[...])
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), (1...12).contains(month),
            reader.skip("-"), let day = reader.number(2), (1...Self.days(in: month, of: year)).contains(day),
            reader.skip("Tt "), let hour = reader.number(2), hour < 24, reader.skip(":"),
            let minute = reader.number(2), minute < 60, reader.skip(":"),
            // A leap second is the first of the next minute.
            let second = reader.number(2), second <= 60
        else { return nil }
        var milliseconds: Int64 = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            milliseconds = fraction
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let days = Self.days(since1970: year, month, day)
        let seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Counts in years that begin in March, so that a leap day is the last of its year.
    private static func days(since1970 year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let fromMarch = (month + 9) % 12
        // The years of RFC 3339 are not negative; the one before 0000-03-01 is the end of an era of 400 years.
        let era = shifted >= 0 ? shifted / 400 : -1
        let inEra = shifted - era * 400
        let dayOfYear = (153 * fromMarch + 2) / 5 + day - 1
        return era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + dayOfYear - 719_468
    }
}

/// Takes numbers of a fixed width from the front of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: Substring.UTF8View) {
        rest = text
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ width: Int) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(width)
        return Int64(String(Substring(digits)))
    }

    /// The digits after the point, as whole milliseconds.
    mutating func fraction() -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let text = String(Substring(digits.prefix(3)))
        return Int64(text + String(repeating: "0", count: 3 - text.count))
    }

    /// Minutes that the local time is ahead of UTC.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isBehind = rest.first == UInt8(ascii: "-")
        guard skip("+-"), let hours = number(2), hours < 24, skip(":"), let minutes = number(2), minutes < 60 else {
            return nil
        }
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Whether the next byte is one of `bytes`, which is then taken.
    mutating func skip(_ bytes: String) -> Bool {
        guard let first = rest.first, bytes.utf8.contains(first) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
