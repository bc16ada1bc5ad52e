// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Cuts a query into tokens.
struct Lexer {
    private let bytes: [UInt8]
    private var index = 0
    /// Inside `[...]` a colon is a sign; elsewhere it belongs to a metric name.
    private var isInBrackets = false

    static func tokens(of text: String) throws(Fault) -> [Token] {
        var lexer = Lexer(bytes: Array(text.utf8))
        var tokens: [Token] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, offset: lexer.bytes.count))
        return tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func peek(_ ahead: Int = 0) -> UInt8? {
        index + ahead < bytes.count ? bytes[index + ahead] : nil
    }

    private mutating func next() throws(Fault) -> Token? {
        skipBlanks()
        guard let byte = peek() else { return nil }
        let start = index
        if byte.isDigit || byte == UInt8(ascii: ".") && peek(1)?.isDigit == true {
            return Token(kind: try number(), offset: start)
        }
        if byte.isNameStart || byte == UInt8(ascii: ":") && !isInBrackets {
            while let byte = peek(), byte.isNameStart || byte.isDigit || byte == UInt8(ascii: ":") { index += 1 }
            return Token(kind: .word(text(from: start)), offset: start)
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") {
            return Token(kind: .string(try StringLiteral.read(bytes, at: &index)), offset: start)
        }
        return Token(kind: .sign(try sign()), offset: start)
    }

    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { _ = byte; index += 1 }
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                index += 1
            } else {
                return
            }
        }
    }

    private func text(from start: Int) -> String {
        String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func sign() throws(Fault) -> String {
        let pair = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
        if ["==", "!=", "=~", "!~", ">=", "<="].contains(pair) {
            index += 2
            return pair
        }
        guard let scalar = pair.unicodeScalars.first, "(){}[],=+-*/%^><:@".unicodeScalars.contains(scalar) else {
            let rest = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
            throw Fault("unexpected character \"\(rest.first.map(String.init) ?? "")\"", at: index)
        }
        if scalar == "[" { isInBrackets = true }
        if scalar == "]" { isInBrackets = false }
        index += 1
        return String(scalar)
    }

    /// A number or a duration: all that may belong to either is taken, then read as a whole.
    private mutating func number() throws(Fault) -> Token.Kind {
        let start = index
        while let byte = peek() {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            guard byte.isDigit || byte.isNameStart || byte == UInt8(ascii: ".") || isSign && isAfterExponent(start)
            else { break }
            index += 1
        }
        let word = text(from: start)
        if let value = NumberLiteral.read(word) { return .number(value) }
        if let duration = DurationText.parse(word) { return .duration(duration.milliseconds) }
        if DurationText.isTooLong(word) { throw Fault("duration \"\(word.prefix(64))\" is too long", at: start) }
        throw Fault("bad number or duration \"\(word.prefix(64))\"", at: start)
    }

    private func isAfterExponent(_ start: Int) -> Bool {
        let word = bytes[start..<index]
        guard let last = word.last, last | 0x20 == UInt8(ascii: "e") else { return false }
        return word.dropLast().allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
    }
}

extension UInt8 {
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    /// Whether a name may begin with it: a letter or `_`.
    var isNameStart: Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 && self >= 0x41 || self == UInt8(ascii: "_")
    }
}
