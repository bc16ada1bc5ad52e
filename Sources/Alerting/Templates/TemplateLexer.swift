// SPDX-License-Identifier: Apache-2.0

/// Cuts a template into text and the tokens of its actions.
struct TemplateLexer {
    enum Token: Hashable {
        case text(String)
        case open, close, space
        case word(String)
        case bool(Bool)
        /// `.a`.
        case field(String)
        case dot
        case variable(String)
        case string(String)
        case int(Int)
        case number(Double)
        /// `(`, `)`, `,` and `|`, and what has no place in a template.
        case sign(Unicode.Scalar)
        case declare, assign
    }

    struct Placed {
        let token: Token
        /// Counted from 1.
        let line: Int
    }

    var rest: ArraySlice<Unicode.Scalar>
    private var line = 1
    private var counted: Int
    private var tokens: [Placed] = []

    static func tokens(of text: String) throws(TemplateError) -> [Placed] {
        var lexer = TemplateLexer(text)
        try lexer.run()
        return lexer.tokens
    }

    private init(_ text: String) {
        rest = Array(text.unicodeScalars)[...]
        counted = rest.startIndex
        whole = rest
    }

    private let whole: ArraySlice<Unicode.Scalar>

    private mutating func run() throws(TemplateError) {
        var trims = false
        while !rest.isEmpty {
            var text = self.text()
            let opens = starts(with: "{{")
            let trimsBefore = opens && rest.dropFirst(2).first == "-" && rest.dropFirst(3).first?.isBlank == true
            if trims { text = text.drop(while: \.isBlank) }
            if trimsBefore { while text.last?.isBlank == true { text.removeLast() } }
            if !text.isEmpty { add(.text(String(String.UnicodeScalarView(text)))) }
            guard opens else { return }
            rest = rest.dropFirst(trimsBefore ? 4 : 2)
            trims = try action()
        }
    }

    /// The text up to the next action.
    private mutating func text() -> ArraySlice<Unicode.Scalar> {
        let start = rest
        while !rest.isEmpty, !starts(with: "{{") { rest.removeFirst() }
        return start[..<rest.startIndex]
    }

    /// The rest of an action; whether it trims what comes after it.
    private mutating func action() throws(TemplateError) -> Bool {
        if starts(with: "/*") { return try comment() }
        add(.open)
        var depth = 0
        while let scalar = rest.first {
            if let trims = closing() {
                guard depth == 0 else { throw error("unclosed left paren") }
                add(.close)
                return trims
            }
            if scalar.isBlank {
                skipBlanks()
                add(.space)
                continue
            }
            let token = try token(scalar)
            if token == .sign("(") { depth += 1 }
            if token == .sign(")") { depth -= 1 }
            guard depth >= 0 else { throw error("unexpected right paren") }
            add(token)
        }
        throw error("unclosed action")
    }

    /// Passes over `}}` or ` -}}`, if one is next; whether it trims what comes after it.
    private mutating func closing() -> Bool? {
        if starts(with: "}}") {
            rest = rest.dropFirst(2)
            return false
        }
        guard rest.first?.isBlank == true, rest.dropFirst().starts(with: "-}}".unicodeScalars) else { return nil }
        rest = rest.dropFirst(4)
        return true
    }

    private mutating func comment() throws(TemplateError) -> Bool {
        rest = rest.dropFirst(2)
        while !rest.isEmpty, !starts(with: "*/") { rest.removeFirst() }
        guard !rest.isEmpty else { throw error("unclosed comment") }
        rest = rest.dropFirst(2)
        guard let trims = closing() else { throw error("comment ends before closing delimiter") }
        return trims
    }

    /// Blanks, all but one that belongs to ` -}}`.
    private mutating func skipBlanks() {
        while rest.first?.isBlank == true, !rest.dropFirst().starts(with: "-}}".unicodeScalars) { rest.removeFirst() }
    }

    private mutating func token(_ scalar: Unicode.Scalar) throws(TemplateError) -> Token {
        switch scalar {
        case "\"": return .string(try quoted())
        case "`": return .string(try raw())
        case "'": return .int(try character())
        case "$":
            rest.removeFirst()
            let name = word()
            try terminate()
            return .variable("$" + name)
        case ".":
            if let next = rest.dropFirst().first, ("0"..."9").contains(next) { return try number() }
            return try field()
        case "+", "-", "0"..."9": return try number()
        case ":":
            guard starts(with: ":=") else { throw error("expected :=") }
            rest = rest.dropFirst(2)
            return .declare
        case "=":
            rest.removeFirst()
            return .assign
        default: return try other(scalar)
        }
    }

    private mutating func field() throws(TemplateError) -> Token {
        rest.removeFirst()
        if isAtTerminator { return .dot }
        let name = word()
        try terminate()
        return .field(name)
    }

    private mutating func other(_ scalar: Unicode.Scalar) throws(TemplateError) -> Token {
        guard scalar.isWordPart else {
            guard scalar.isASCII, scalar.value > 0x20, scalar.value < 0x7F else { throw error(unexpected: scalar) }
            rest.removeFirst()
            return .sign(scalar)
        }
        let word = word()
        try terminate()
        return word == "true" || word == "false" ? .bool(word == "true") : .word(word)
    }

    private mutating func word() -> String {
        let word = rest.prefix(while: \.isWordPart)
        rest = rest[word.endIndex...]
        return String(String.UnicodeScalarView(word))
    }

    private var isAtTerminator: Bool {
        guard let next = rest.first else { return true }
        return next.isBlank || ".,|:)(".unicodeScalars.contains(next) || starts(with: "}}")
    }

    private func terminate() throws(TemplateError) {
        guard isAtTerminator else { throw error(unexpected: rest.first ?? " ") }
    }

    func starts(with text: String) -> Bool { rest.starts(with: text.unicodeScalars) }

    private mutating func add(_ token: Token) {
        line += whole[counted..<rest.startIndex].count { $0 == "\n" }
        counted = rest.startIndex
        tokens.append(Placed(token: token, line: line))
    }

    func error(_ message: String) -> TemplateError {
        let line = 1 + whole[..<rest.startIndex].count { $0 == "\n" }
        return TemplateError(line == 1 ? message : "line \(line): \(message)")
    }

    func error(unexpected scalar: Unicode.Scalar) -> TemplateError {
        error("unexpected \(GoText.quoted(String(scalar))) in an action")
    }
}

extension Unicode.Scalar {
    var isBlank: Bool { self == " " || self == "\t" || self == "\r" || self == "\n" }

    var isWordPart: Bool {
        self == "_" || properties.isAlphabetic || properties.generalCategory == .decimalNumber
    }
}
