// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `start_timestamp`: seconds, or a time as RFC 3339 writes it.
enum StartTime {
    static func parse(_ text: String) -> Timestamp? {
        if let seconds = GoText.float(text) {
            return seconds.isFinite && seconds.magnitude < 1e11 ? Timestamp(seconds: seconds) : nil
        }
        return rfc3339(Array(text.utf8))
    }

    /// `2026-01-31T12:00:00.5+02:00`.
    private static func rfc3339(_ text: [UInt8]) -> Timestamp? {
        let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard text.count >= 20, marks.allSatisfy({ text[$0.0] == $0.1.asciiValue }),
            let year = number(text[0..<4], 1...9999), let month = number(text[5..<7], 1...12),
            let day = number(text[8..<10], 1...31), let hour = number(text[11..<13], 0...23),
            let minute = number(text[14..<16], 0...59), let second = number(text[17..<19], 0...59)
        else { return nil }
        var rest = text[19...]
        var milliseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            let three = (Array(digits) + Array("00".utf8)).prefix(3)
            guard !digits.isEmpty, let value = number(three, 0...999) else { return nil }
            milliseconds = value
            rest = rest[digits.endIndex...]
        }
        guard let zone = zone(Array(rest)) else { return nil }
        let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute - zone) * 60 + second
        return Timestamp(milliseconds: seconds * 1000 + milliseconds)
    }

    /// Minutes east of Greenwich.
    private static func zone(_ text: [UInt8]) -> Int64? {
        if text == Array("Z".utf8) { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), let hours = number(text[1..<3], 0...23),
            let minutes = number(text[4..<6], 0...59)
        else { return nil }
        switch text[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -hours * 60 - minutes
        default: return nil
        }
    }

    private static func number(_ digits: some Sequence<UInt8>, _ range: ClosedRange<Int64>) -> Int64? {
        let text = String(decoding: Array(digits), as: UTF8.self)
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else { return nil }
        return range.contains(number) ? number : nil
    }

    /// Days since 1970, counted in years that begin in March, so that the leap day is the last of its year.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + inYear - 719_468
    }
}
