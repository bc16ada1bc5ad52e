// SPDX-License-Identifier: Apache-2.0

/// Number literals: decimal, exponent, hexadecimal (`0x`), octal (leading zero), `_` between digits.
enum NumberLiteral {
    static func read(_ word: String) -> Double? {
        guard let plain = withoutSeparators(word), let first = plain.utf8.first else { return nil }
        let second = plain.utf8.dropFirst().first
        // Go reads a number as a whole one of 63 bits first, then as a decimal one.
        if first == UInt8(ascii: "0"), second.map({ $0 | 0x20 }) == UInt8(ascii: "x") {
            return Int64(plain.dropFirst(2), radix: 16).map { Double($0) }
        }
        if first == UInt8(ascii: "0"), second != nil, let octal = Int64(plain, radix: 8) { return Double(octal) }
        guard plain.utf8.allSatisfy({ $0.isDigit || "eE.+-".utf8.contains($0) }) else { return nil }
        let value = Double(plain.hasPrefix(".") ? "0" + plain : plain.hasSuffix(".") ? plain + "0" : plain)
        return value?.isFinite == true ? value : nil
    }
}

extension NumberLiteral {
    /// Without each `_` between two digits, or behind `0x`; nil where one stands elsewhere.
    static func withoutSeparators(_ word: String) -> String? {
        let bytes = Array(word.utf8)
        guard bytes.contains(UInt8(ascii: "_")) else { return word }
        let isHexadecimal = bytes.count > 1 && bytes[0] == UInt8(ascii: "0") && bytes[1] | 0x20 == UInt8(ascii: "x")
        func isDigit(_ index: Int) -> Bool {
            guard bytes.indices.contains(index) else { return false }
            return bytes[index].isDigit || isHexadecimal && UInt8(ascii: "a")...UInt8(ascii: "f") ~= bytes[index] | 0x20
        }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "_") {
            guard isDigit(index + 1), isDigit(index - 1) || isHexadecimal && index == 2 else { return nil }
        }
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }
}

/// String literals: `"` and `'` with Go's escapes, backticks without any.
enum StringLiteral {
    /// Reads the literal that starts at `index` and moves `index` past it.
    static func read(_ bytes: [UInt8], at index: inout Int) throws(Fault) -> String {
        let start = index
        let quote = bytes[index]
        var content: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote {
                index += 1
                return String(decoding: content, as: UTF8.self)
            }
            if quote != UInt8(ascii: "`") {
                if byte == UInt8(ascii: "\n") { break }
                if byte == UInt8(ascii: "\\") {
                    content += try escape(bytes, at: &index, in: quote)
                    continue
                }
            }
            content.append(byte)
            index += 1
        }
        throw Fault("string has no closing quote", at: start)
    }

    private static func escape(_ bytes: [UInt8], at index: inout Int, in quote: UInt8) throws(Fault) -> [UInt8] {
        let start = index
        guard index + 1 < bytes.count else { throw Fault("escape at the end of the query", at: start) }
        let letter = bytes[index + 1]
        index += 2
        if let simple = simpleEscapes[letter] { return [simple] }
        if letter == quote { return [quote] }
        let form: (digits: Int, radix: Int)
        switch letter {
        case UInt8(ascii: "x"): form = (2, 16)
        case UInt8(ascii: "u"): form = (4, 16)
        case UInt8(ascii: "U"): form = (8, 16)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            form = (3, 8)
            index -= 1
        default: throw Fault("unknown escape in string", at: start)
        }
        guard index + form.digits <= bytes.count,
            bytes[index..<index + form.digits].allSatisfy({ $0.isDigit || $0.isNameStart }),
            let number = UInt32(String(decoding: bytes[index..<index + form.digits], as: UTF8.self), radix: form.radix)
        else { throw Fault("escape in string needs \(form.digits) digits", at: start) }
        index += form.digits
        if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "U") {
            guard let scalar = Unicode.Scalar(number) else { throw Fault("escape is no Unicode character", at: start) }
            return Array(String(scalar).utf8)
        }
        guard let byte = UInt8(exactly: number) else { throw Fault("octal escape is above 255", at: start) }
        return [byte]
    }

    private static let simpleEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 0x5C,
    ]
}
