// SPDX-License-Identifier: Apache-2.0

/// Cuts a template into text and the tokens of its actions.
struct TemplateLexer {
    enum Token: Hashable {
        case text(String)
        case open, close
        case word(String)
        /// `.a`, or `.` alone.
        case field(String)
        case variable(String)
        case string(String)
        case int(Int)
        case number(Double)
        case sign(Character)
        case declare
    }

    static func tokens(of text: String) throws(TemplateError) -> [Token] {
        var lexer = TemplateLexer(rest: text[...])
        var tokens: [Token] = []
        var trims = false
        while !lexer.rest.isEmpty {
            let (plain, opens, trimsBefore) = lexer.text()
            var kept = trims ? plain.drop(while: \.isWhitespace) : plain[...]
            if trimsBefore { while kept.last?.isWhitespace == true { kept.removeLast() } }
            if !kept.isEmpty { tokens.append(.text(String(kept))) }
            guard opens else { break }
            if try lexer.comment() {
                trims = lexer.hasTrimmedAfter
                continue
            }
            tokens.append(.open)
            trims = try lexer.action(into: &tokens)
            tokens.append(.close)
        }
        return tokens
    }

    private var rest: Substring
    private var hasTrimmedAfter = false

    /// The text up to the next action, whether there is one, and whether it trims what is before it.
    private mutating func text() -> (String, Bool, Bool) {
        var plain = ""
        while let character = rest.first {
            if rest.hasPrefix("{{") {
                rest = rest.dropFirst(2)
                let trims = rest.hasPrefix("-") && rest.dropFirst().first?.isWhitespace == true
                if trims { rest = rest.dropFirst(2) }
                return (plain, true, trims)
            }
            plain.append(character)
            rest.removeFirst()
        }
        return (plain, false, false)
    }

    /// Passes over `/* … */`.
    private mutating func comment() throws(TemplateError) -> Bool {
        guard rest.hasPrefix("/*") else { return false }
        guard let end = rest.firstEnd(of: "*/") else { throw TemplateError("a comment is not closed") }
        rest = rest[end...]
        hasTrimmedAfter = false
        if rest.hasPrefix(" -}}") {
            hasTrimmedAfter = true
            rest = rest.dropFirst(4)
        } else if rest.hasPrefix("}}") {
            rest = rest.dropFirst(2)
        } else {
            throw TemplateError("a comment must end its action: */}}")
        }
        return true
    }

    /// The tokens up to `}}`; whether the action trims what comes after it.
    private mutating func action(into tokens: inout [Token]) throws(TemplateError) -> Bool {
        while let character = rest.first {
            if rest.hasPrefix("}}") {
                rest = rest.dropFirst(2)
                return false
            }
            if character.isWhitespace {
                let blank = rest.prefix(while: \.isWhitespace)
                rest = rest[blank.endIndex...]
                if rest.hasPrefix("-}}") {
                    rest = rest.dropFirst(3)
                    return true
                }
                continue
            }
            tokens.append(try token(character))
        }
        throw TemplateError("an action {{ is not closed by }}")
    }

    private mutating func token(_ character: Character) throws(TemplateError) -> Token {
        switch character {
        case "\"", "`": return .string(try string(character))
        case "(", ")", "|", ",":
            rest.removeFirst()
            return .sign(character)
        case ":":
            guard rest.hasPrefix(":=") else { throw TemplateError("unexpected \":\"") }
            rest = rest.dropFirst(2)
            return .declare
        case "$":
            rest.removeFirst()
            return .variable("$" + name())
        case ".":
            if rest.dropFirst().first?.isNumber != true {
                rest.removeFirst()
                return .field(name())
            }
            return try number()
        case "+", "-", "0"..."9": return try number()
        default:
            let word = name()
            guard !word.isEmpty else { throw TemplateError("unexpected \"\(character)\"") }
            return .word(word)
        }
    }

    private mutating func name() -> String {
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest[name.endIndex...]
        return String(name)
    }

    private mutating func number() throws(TemplateError) -> Token {
        let text = rest.prefix { $0.isASCII && ($0.isNumber || $0.isLetter || "+-.".contains($0)) }
        rest = rest[text.endIndex...]
        if let int = Int(text) { return .int(int) }
        guard let number = Double(text) else { throw TemplateError("\"\(text.prefix(40))\" is no number") }
        return .number(number)
    }

    private mutating func string(_ quote: Character) throws(TemplateError) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.first {
            rest.removeFirst()
            if character == quote { return text }
            if character == "\\", quote == "\"" {
                guard let escaped = rest.first else { break }
                rest.removeFirst()
                let known: [Character: Character] = ["n": "\n", "t": "\t", "r": "\r", "\\": "\\", "\"": "\""]
                guard let plain = known[escaped] else { throw TemplateError("unknown escape \\\(escaped)") }
                text.append(plain)
            } else {
                text.append(character)
            }
        }
        throw TemplateError("a text has no closing quote")
    }
}

extension Substring {
    /// Where the first `part` ends.
    fileprivate func firstEnd(of part: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(part) { return self.index(index, offsetBy: part.count) }
            formIndex(after: &index)
        }
        return nil
    }
}
