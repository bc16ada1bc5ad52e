// SPDX-License-Identifier: Apache-2.0

/// What stands in an action: declarations, commands, operands.
extension TemplateParser {
    /// A pipeline up to the `}}` that ends it, in an action called `context`.
    mutating func pipeline(_ context: String) throws(TemplateError) -> Pipeline {
        try pipeline(context, until: .close)
    }

    private mutating func pipeline(
        _ context: String, until end: TemplateLexer.Token
    ) throws(TemplateError) -> Pipeline {
        try enter()
        defer { depth -= 1 }
        var pipeline = Pipeline()
        try declarations(&pipeline, context)
        // Declared before the value is read, as in Go: one that names itself fails when it runs.
        variables += pipeline.isAssignment ? [] : pipeline.variables
        while let token = peek(), token != end {
            guard token.beginsOperand else { throw error("unexpected \(token.name) in \(context)") }
            pipeline.commands.append(try command())
        }
        guard next() == end else { throw error("an action is not closed by }}") }
        guard !pipeline.commands.isEmpty else { throw error("missing value for \(context)") }
        for (stage, command) in pipeline.commands.enumerated().dropFirst() where command.first?.isExecutable != true {
            throw error("non executable command in pipeline stage \(stage + 1)")
        }
        return pipeline
    }

    /// `$x :=`, `$x =`, and in a `range` `$i, $x :=`.
    private mutating func declarations(_ pipeline: inout Pipeline, _ context: String) throws(TemplateError) {
        let start = index
        var names: [String] = []
        while case .variable(let name)? = peek() {
            _ = next()
            names.append(name)
            guard peek() == .sign(",") else { break }
            guard context == "range", names.count < 2 else { throw error("too many declarations in \(context)") }
            _ = next()
            guard peek()?.isVariable == true || peek() == .close else {
                throw error("range can only initialize variables")
            }
        }
        switch peek() {
        case .declare? where !names.isEmpty: break
        case .assign? where !names.isEmpty: pipeline.isAssignment = true
        case .close? where names.count == 2: return pipeline.variables = names
        default:
            guard names.count < 2 else { throw error("range can only initialize variables") }
            return index = start
        }
        _ = next()
        pipeline.variables = names
    }

    /// Operands, each apart from the next, up to `|` or to what ends the pipeline.
    private mutating func command() throws(TemplateError) -> [Operand] {
        var operands: [Operand] = []
        while true {
            _ = peek()
            if let operand = try operand() { operands.append(operand) }
            guard let token else { break }
            if token == .space { continue }
            if token == .close || token == .sign(")") { break }
            index += 1
            guard token == .sign("|") else { throw error("unexpected \(token.name) in operand") }
            break
        }
        guard !operands.isEmpty else { throw error("empty command") }
        return operands
    }

    private mutating func operand() throws(TemplateError) -> Operand? {
        guard let token else { return nil }
        switch token {
        case .string(let text): return try constant(.string(text))
        case .int(let number): return try constant(.int(number))
        case .number(let number): return try constant(.number(number))
        case .bool(let flag): return try constant(.bool(flag))
        case .word("nil"): return try constant(.missing)
        case .dot:
            _ = try constant(.missing)
            return .dot
        case .word(let name):
            guard functions.contains(name) else {
                throw error("function \(GoText.quoted(String(name.prefix(40)))) is not defined")
            }
            index += 1
            let fields = fields()
            guard !fields.isEmpty else { return .function(name) }
            return .pipeline(Pipeline(commands: [[.function(name)]]), fields: fields)
        case .variable(let name):
            guard variables.contains(name) else { throw error("undefined variable \(GoText.quoted(name))") }
            index += 1
            return .variable(name, fields: fields())
        case .field: return .field(fields())
        case .sign("("):
            index += 1
            let inner = try pipeline("parenthesized pipeline", until: .sign(")"))
            return .pipeline(inner, fields: fields())
        default: return nil
        }
    }

    /// A value that has no fields.
    private mutating func constant(_ value: TemplateValue) throws(TemplateError) -> Operand {
        index += 1
        if case .field? = token { throw error("unexpected . after a constant") }
        return .value(value)
    }

    private mutating func fields() -> [String] {
        var names: [String] = []
        while case .field(let name)? = token {
            names.append(name)
            index += 1
        }
        return names
    }
}

extension TemplateLexer.Token {
    private static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    ]

    fileprivate var beginsOperand: Bool {
        switch self {
        case .bool, .dot, .field, .variable, .string, .int, .number, .sign("("): true
        case .word(let word): !Self.keywords.contains(word)
        default: false
        }
    }

    fileprivate var isVariable: Bool { if case .variable = self { true } else { false } }

    /// As an error names it.
    fileprivate var name: String {
        switch self {
        case .text: "text"
        case .open: "{{"
        case .close: "}}"
        case .space: "a blank"
        case .word(let word): "\"\(word.prefix(40))\""
        case .bool(let flag): "\(flag)"
        case .field(let name): ".\(name.prefix(40))"
        case .dot: "."
        case .variable(let name): String(name.prefix(40))
        case .string(let text): GoText.quoted(String(text.prefix(40)))
        case .int(let number): "\(number)"
        case .number(let number): "\(number)"
        case .sign(let sign): "\"\(sign)\""
        case .declare: "\":=\""
        case .assign: "\"=\""
        }
    }
}
