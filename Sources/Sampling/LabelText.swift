// SPDX-License-Identifier: Apache-2.0

/// Label values of a bounded length: a name of any size is still one label value, and still its own.
enum LabelText {
    static let lengthLimit = 256

    /// `text` itself up to 256 bytes; otherwise as much of its beginning as leaves room for `-` and the eight digits
    /// of its hash, so that two long names that begin alike stay apart.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > lengthLimit else { return text }
        let digits = String(hash(text), radix: 16)
        let suffix = "-" + String(repeating: "0", count: 8 - digits.count) + digits
        var result = ""
        var length = suffix.utf8.count
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            if length > lengthLimit { break }
            result.unicodeScalars.append(scalar)
        }
        return result + suffix
    }

    /// FNV-1a, 32 bits.
    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}
