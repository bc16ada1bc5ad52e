// SPDX-License-Identifier: Apache-2.0

/// A sample value as the text format writes it: whole numbers in full, others in the fewest digits that read back
/// as the same number, `NaN`, `+Inf`, `-Inf`.
enum ValueText {
    /// No value is longer: 17 digits, sign, point and exponent are 24 bytes, a whole number below 2^63 has 20.
    static let lengthLimit = 24

    /// Writes `value` at `place`, which has room for `lengthLimit` bytes; returns how many were written.
    static func write(_ value: Double, at place: UnsafeMutablePointer<UInt8>) -> Int {
        if let whole = Int64(exactly: value) { return write(whole, at: place) }
        if value.isNaN { return write("NaN", at: place) }
        if value.isInfinite { return write(value > 0 ? "+Inf" : "-Inf", at: place) }
        return write(value.description, at: place)
    }

    private static func write(_ text: String, at place: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        for byte in text.utf8.prefix(lengthLimit) {
            place[count] = byte
            count += 1
        }
        return count
    }

    static func write(_ whole: Int64, at place: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        var rest = whole.magnitude
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            count += 1
            rest = quotient
        } while rest > 0
        if whole < 0 {
            place[count] = UInt8(ascii: "-")
            count += 1
        }
        var written = UnsafeMutableBufferPointer(start: place, count: count)[...]
        written.reverse()
        return count
    }
}
