// SPDX-License-Identifier: Apache-2.0

/// Builds a template's nodes.
struct TemplateParser {
    static let deepest = 32

    let tokens: [TemplateLexer.Placed]
    var index = 0
    var depth = 0
    private var rangeDepth = 0
    /// Variables that may be read here.
    var variables: [String]
    let functions: Set<String>
    private var named: [String: [TemplateNode]] = [:]

    static func parse(_ text: String, as kind: TemplateKind) throws(TemplateError) -> TemplateTree {
        guard text.utf8.count <= Template.longestResult else {
            throw TemplateError("it is longer than \(Template.longestResult) bytes")
        }
        var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: text), kind)
        let (nodes, ending) = try parser.nodes(isTop: true)
        if let ending { throw parser.error("unexpected {{\(ending)}}") }
        return TemplateTree(main: nodes, named: parser.named)
    }

    private init(tokens: [TemplateLexer.Placed], _ kind: TemplateKind) {
        self.tokens = tokens
        variables = kind.variables
        functions = kind.functions
    }

    /// Nodes up to the end, or up to `{{end}}` or `{{else`, whose word is left for the caller.
    private mutating func nodes(isTop: Bool = false) throws(TemplateError) -> ([TemplateNode], String?) {
        try enter()
        defer { depth -= 1 }
        var nodes: [TemplateNode] = []
        while let token {
            index += 1
            if case .text(let text) = token {
                nodes.append(.text(text))
                continue
            }
            guard case .word(let word)? = peek() else {
                nodes.append(try action())
                continue
            }
            switch word {
            case "end", "else":
                _ = next()
                return (nodes, word)
            case "define" where isTop: try define()
            default: nodes.append(try control(word))
            }
        }
        return (nodes, nil)
    }

    private mutating func control(_ word: String) throws(TemplateError) -> TemplateNode {
        switch word {
        case "if", "with":
            _ = next()
            let (branches, otherwise) = try branches(word)
            return word == "if"
                ? .condition(branches, otherwise: otherwise) : .with(branches, otherwise: otherwise)
        case "range":
            _ = next()
            return try range()
        case "break", "continue":
            _ = next()
            try close("{{\(word)}}")
            guard rangeDepth > 0 else { throw error("{{\(word)}} outside {{range}}") }
            return word == "break" ? .breaking : .continuing
        case "template":
            _ = next()
            return try call()
        case "block":
            _ = next()
            return try block()
        default: return try action()
        }
    }

    /// The branches of an `if` or a `with`, whose word has been read.
    private mutating func branches(
        _ word: String
    ) throws(TemplateError) -> ([(Pipeline, [TemplateNode])], otherwise: [TemplateNode]) {
        let scope = variables.count
        defer { variables.removeLast(variables.count - scope) }
        var branches: [(Pipeline, [TemplateNode])] = []
        while true {
            let test = try pipeline(word)
            let (body, ending) = try nodes()
            branches.append((test, body))
            guard ending == "else" else {
                try end(ending, of: word)
                return (branches, [])
            }
            if peek() == .word(word) {
                _ = next()
                continue
            }
            return (branches, try lastBranch())
        }
    }

    private mutating func range() throws(TemplateError) -> TemplateNode {
        let scope = variables.count
        defer { variables.removeLast(variables.count - scope) }
        let value = try pipeline("range")
        rangeDepth += 1
        let (body, ending) = try nodes()
        rangeDepth -= 1
        guard ending == "else" else {
            try end(ending, of: "range")
            return .range(value, body, otherwise: [])
        }
        return .range(value, body, otherwise: try lastBranch())
    }

    private mutating func lastBranch() throws(TemplateError) -> [TemplateNode] {
        try close("{{else}}")
        let (body, ending) = try nodes()
        guard ending != "else" else { throw error("expected end; found {{else}}") }
        try end(ending, of: "else")
        return body
    }

    private mutating func end(_ ending: String?, of word: String) throws(TemplateError) {
        guard ending == "end" else { throw error("{{\(word)}} has no {{end}}") }
        try close("{{end}}")
    }

    private mutating func define() throws(TemplateError) {
        _ = next()
        let name = try name("define")
        try close("{{define}}")
        try body(of: name, "define")
    }

    private mutating func call() throws(TemplateError) -> TemplateNode {
        let name = try name("template")
        if peek() == .close {
            _ = next()
            return .template(name, nil)
        }
        return .template(name, try pipeline("template"))
    }

    private mutating func block() throws(TemplateError) -> TemplateNode {
        let name = try name("block")
        let value = try pipeline("block")
        try body(of: name, "block")
        return .template(name, value)
    }

    /// The body of a template of its own, which sees none of the variables around it.
    private mutating func body(of name: String, _ word: String) throws(TemplateError) {
        let before = (variables, rangeDepth)
        (variables, rangeDepth) = (["$"], 0)
        let (nodes, ending) = try nodes()
        (variables, rangeDepth) = before
        try end(ending, of: word)
        if let old = named[name], !Self.isBlank(old) {
            if Self.isBlank(nodes) { return }
            throw error("multiple definition of template \(GoText.quoted(name))")
        }
        named[name] = nodes
    }

    private static func isBlank(_ nodes: [TemplateNode]) -> Bool {
        nodes.allSatisfy { if case .text(let text) = $0 { text.unicodeScalars.allSatisfy(\.isBlank) } else { false } }
    }

    private mutating func name(_ word: String) throws(TemplateError) -> String {
        guard case .string(let name)? = next() else { throw error("{{\(word)}} needs a name in quotes") }
        return name
    }

    private mutating func close(_ action: String) throws(TemplateError) {
        guard next() == .close else { throw error("unexpected word in \(action)") }
    }

    private mutating func action() throws(TemplateError) -> TemplateNode {
        .action(try pipeline("command"))
    }
}

extension TemplateParser {
    var token: TemplateLexer.Token? { index < tokens.count ? tokens[index].token : nil }

    /// The next token that is no space; it is not taken.
    mutating func peek() -> TemplateLexer.Token? {
        while token == .space { index += 1 }
        return token
    }

    mutating func next() -> TemplateLexer.Token? {
        let found = peek()
        index += 1
        return found
    }

    mutating func enter() throws(TemplateError) {
        depth += 1
        guard depth <= Self.deepest else { throw error("more than \(Self.deepest) levels within each other") }
    }

    func error(_ message: String) -> TemplateError {
        let line = tokens.isEmpty ? 1 : tokens[min(index, tokens.count - 1)].line
        return TemplateError(line == 1 ? message : "line \(line): \(message)")
    }
}
