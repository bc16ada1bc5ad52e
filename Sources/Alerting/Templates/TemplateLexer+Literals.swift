// SPDX-License-Identifier: Apache-2.0

/// Numbers, characters and strings, as Go writes them.
extension TemplateLexer {
    /// A text in double quotes.
    mutating func quoted() throws(TemplateError) -> String {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let scalar = rest.first, scalar != "\n" {
            if scalar == "\"" {
                rest.removeFirst()
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes += try element(quote: "\"").bytes
        }
        throw error("unterminated quoted string")
    }

    /// A text in backquotes, in which nothing has a meaning.
    mutating func raw() throws(TemplateError) -> String {
        rest.removeFirst()
        let text = rest.prefix { $0 != "`" }
        rest = rest[text.endIndex...]
        guard !rest.isEmpty else { throw error("unterminated raw quoted string") }
        rest.removeFirst()
        return String(String.UnicodeScalarView(text.filter { $0 != "\r" }))
    }

    /// A character in single quotes, which is its number.
    mutating func character() throws(TemplateError) -> Int {
        rest.removeFirst()
        guard let first = rest.first, first != "'", first != "\n" else {
            throw error("malformed character constant")
        }
        let number = try element(quote: "'").number
        guard rest.first == "'" else { throw error("malformed character constant") }
        rest.removeFirst()
        return number
    }

    /// A number, or the parse of what stands in its place.
    mutating func number() throws(TemplateError) -> Token {
        let sign = rest.first == "+" || rest.first == "-" ? String(rest.removeFirst()) : ""
        let isHex = starts(with: "0x") || starts(with: "0X")
        var text = ""
        while let scalar = rest.first {
            let follows = text.last
            let isExponentSign =
                (scalar == "+" || scalar == "-")
                && (isHex ? follows == "p" || follows == "P" : follows == "e" || follows == "E")
            guard
                scalar == "." || scalar == "_" || isExponentSign || scalar.properties.isASCIIHexDigit
                    || "xXoOpP".unicodeScalars.contains(scalar)
            else { break }
            text.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        guard rest.first?.isWordPart != true, rest.first != "-", let token = GoText.number(sign, text) else {
            throw error("bad number syntax: \"\(sign)\(text.prefix(40))\"")
        }
        return token
    }

    /// One character or escape of a quoted text: its bytes, and its number.
    private mutating func element(quote: Unicode.Scalar) throws(TemplateError) -> (bytes: [UInt8], number: Int) {
        let scalar = rest.removeFirst()
        guard scalar == "\\" else { return (Array(String(scalar).utf8), Int(scalar.value)) }
        guard let escape = rest.popFirst() else { throw error("unterminated quoted string") }
        let plain: [Unicode.Scalar: UInt8] = [
            "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 0x5C,
        ]
        if let byte = plain[escape] { return ([byte], Int(byte)) }
        if escape == quote { return (Array(String(escape).utf8), Int(escape.value)) }
        switch escape {
        case "x":
            let number = try digits(2, radix: 16)
            return ([UInt8(truncatingIfNeeded: number)], number)
        case "u": return try scalarOf(digits(4, radix: 16))
        case "U": return try scalarOf(digits(8, radix: 16))
        case "0"..."7":
            let number = Int(escape.value - 0x30) * 64 + (try digits(2, radix: 8))
            guard number < 256 else { throw error("an escape is out of range") }
            return ([UInt8(number)], number)
        default: throw error("unknown escape \\\(escape)")
        }
    }

    private func scalarOf(_ number: Int) throws(TemplateError) -> (bytes: [UInt8], number: Int) {
        guard let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: number)) else {
            throw error("an escape is no character")
        }
        return (Array(String(scalar).utf8), number)
    }

    private mutating func digits(_ count: Int, radix: Int) throws(TemplateError) -> Int {
        let text = rest.prefix(count)
        rest = rest[text.endIndex...]
        guard text.count == count, text.allSatisfy(\.properties.isASCIIHexDigit),
            let number = Int(String(String.UnicodeScalarView(text)), radix: radix)
        else { throw error("an escape needs \(count) digits") }
        return number
    }
}
