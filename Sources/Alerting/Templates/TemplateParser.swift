// SPDX-License-Identifier: Apache-2.0

/// Builds a template's nodes.
struct TemplateParser {
    static let deepest = 32

    private let tokens: [TemplateLexer.Token]
    private var index = 0
    private var depth = 0
    /// Variables that may be read here.
    private var variables: [String] = ["$", "$labels", "$value", "$externalLabels", "$externalURL"]

    static func parse(_ text: String) throws(TemplateError) -> [TemplateNode] {
        guard text.utf8.count <= Template.longestResult else {
            throw TemplateError("it is longer than \(Template.longestResult) bytes")
        }
        var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: text))
        let (nodes, ending) = try parser.nodes()
        if let ending { throw TemplateError("unexpected {{\(ending)}}") }
        return nodes
    }

    private init(tokens: [TemplateLexer.Token]) {
        self.tokens = tokens
    }

    private var token: TemplateLexer.Token? { index < tokens.count ? tokens[index] : nil }

    /// Nodes up to the end, or up to `{{end}}` or `{{else…`, whose word is left for the caller.
    private mutating func nodes() throws(TemplateError) -> ([TemplateNode], String?) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw TemplateError("more than \(Self.deepest) levels within each other") }
        var nodes: [TemplateNode] = []
        while let token {
            index += 1
            if case .text(let text) = token {
                nodes.append(.text(text))
                continue
            }
            guard case .word(let word)? = self.token else {
                nodes.append(try action())
                continue
            }
            switch word {
            case "end", "else":
                index += 1
                return (nodes, word)
            case "if":
                index += 1
                nodes.append(try condition())
            case "with":
                index += 1
                nodes.append(try with())
            case "range", "define", "template", "block", "break", "continue":
                throw TemplateError("{{\(word)}} is not supported")
            default: nodes.append(try action())
            }
        }
        return (nodes, nil)
    }

    private mutating func close() throws(TemplateError) {
        guard token == .close else { throw TemplateError("unexpected word before }}") }
        index += 1
    }

    private mutating func condition() throws(TemplateError) -> TemplateNode {
        var branches: [(Pipeline, [TemplateNode])] = []
        while true {
            let scope = variables.count
            let test = try pipeline()
            try close()
            let (body, ending) = try nodes()
            variables.removeLast(variables.count - scope)
            branches.append((test, body))
            switch ending {
            case "end":
                try close()
                return .condition(branches, otherwise: [])
            case "else":
                if token == .word("if") {
                    index += 1
                    continue
                }
                return .condition(branches, otherwise: try lastBranch())
            default: throw TemplateError("{{if}} has no {{end}}")
            }
        }
    }

    private mutating func with() throws(TemplateError) -> TemplateNode {
        let scope = variables.count
        let value = try pipeline()
        try close()
        let (body, ending) = try nodes()
        variables.removeLast(variables.count - scope)
        switch ending {
        case "end":
            try close()
            return .with(value, body, otherwise: [])
        case "else": return .with(value, body, otherwise: try lastBranch())
        default: throw TemplateError("{{with}} has no {{end}}")
        }
    }

    private mutating func lastBranch() throws(TemplateError) -> [TemplateNode] {
        try close()
        let (body, ending) = try nodes()
        guard ending == "end" else { throw TemplateError("{{else}} has no {{end}}") }
        try close()
        return body
    }

    private mutating func action() throws(TemplateError) -> TemplateNode {
        var name: String?
        if case .variable(let variable)? = token, index + 1 < tokens.count, tokens[index + 1] == .declare {
            index += 2
            name = variable
        }
        let value = try pipeline()
        try close()
        if let name { variables.append(name) }
        return .action(value, variable: name)
    }

    private mutating func pipeline() throws(TemplateError) -> Pipeline {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw TemplateError("more than \(Self.deepest) levels within each other") }
        var commands = [try command()]
        while token == .sign("|") {
            index += 1
            commands.append(try command())
        }
        return Pipeline(commands: commands)
    }

    private mutating func command() throws(TemplateError) -> [Operand] {
        var operands: [Operand] = []
        while let operand = try operand() { operands.append(operand) }
        guard !operands.isEmpty else { throw TemplateError("a command is missing") }
        return operands
    }

    private mutating func operand() throws(TemplateError) -> Operand? {
        guard let token else { return nil }
        let operand: Operand
        switch token {
        case .string(let text): operand = .value(.string(text))
        case .int(let number): operand = .value(.int(number))
        case .number(let number): operand = .value(.number(number))
        case .word("true"): operand = .value(.bool(true))
        case .word("false"): operand = .value(.bool(false))
        case .word("nil"): operand = .value(.missing)
        case .word(let name):
            try TemplateFunctions.check(name)
            operand = .function(name)
        case .variable(let name):
            guard variables.contains(name) else { throw TemplateError("undefined variable \"\(name)\"") }
            index += 1
            return .variable(name, fields: fields())
        case .field(let name):
            index += 1
            return name.isEmpty ? .dot : .field([name] + fields())
        case .sign("("):
            index += 1
            let inner = try pipeline()
            guard self.token == .sign(")") else { throw TemplateError("a parenthesis is not closed") }
            index += 1
            return .pipeline(inner, fields: fields())
        default: return nil
        }
        index += 1
        return operand
    }

    private mutating func fields() -> [String] {
        var names: [String] = []
        while case .field(let name)? = token, !name.isEmpty {
            names.append(name)
            index += 1
        }
        return names
    }
}
