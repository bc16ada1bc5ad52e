// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// Builds the tree of a query: precedence climbing over tokens, bounded in depth.
struct Parser {
    /// Levels of expressions within each other, and terms in a chain of operators.
    static let deepest = 100

    let dialect: Dialect
    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    static func parse(_ text: String, as dialect: Dialect) throws(Fault) -> Node {
        var parser = Parser(tokens: try Lexer.tokens(of: text), dialect: dialect)
        if case .end = parser.token.kind { throw Fault("no expression: the query is empty", at: 0) }
        let root = try parser.expression(0)
        guard case .end = parser.token.kind else {
            throw Fault("unexpected \(parser.token.name) after the expression", at: parser.token.offset)
        }
        return root
    }

    private init(tokens: [Token], dialect: Dialect) {
        self.tokens = tokens
        self.dialect = dialect
    }

    var token: Token { tokens[index] }
    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    mutating func skip(_ sign: String) -> Bool {
        guard token.isSign(sign) else { return false }
        advance()
        return true
    }

    mutating func expect(_ sign: String, _ where: String) throws(Fault) {
        guard skip(sign) else {
            throw Fault("unexpected \(token.name) in \(`where`): expected \"\(sign)\"", at: token.offset)
        }
    }

    func node(_ kind: Node.Kind, _ offset: Int) throws(Fault) -> Node {
        let deepest = Node.children(of: kind).map(\.depth).max() ?? 0
        guard deepest < Self.deepest else { throw tooDeep(offset) }
        return Node(kind, at: offset, depth: deepest + 1)
    }

    /// Goes one level down, and up again after `body`.
    mutating func nested<T>(_ body: (inout Parser) throws(Fault) -> T) throws(Fault) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw tooDeep(token.offset) }
        return try body(&self)
    }

    private func tooDeep(_ offset: Int) -> Fault {
        Fault("more than \(Self.deepest) levels of expressions within each other", at: offset)
    }

    /// Refuses what only the experimental dialect has.
    func requireExperimental(_ what: String, at offset: Int) throws(Fault) {
        guard dialect.isExperimental else {
            throw Fault("\(what) is experimental; promql.experimental in the settings turns it on", at: offset)
        }
    }

    // MARK: Operators

    mutating func expression(_ least: Int) throws(Fault) -> Node {
        try nested { (parser) throws(Fault) in
            var left = try parser.unary()
            while let operation = parser.binaryOperator(), operation.precedence >= least {
                let offset = parser.token.offset
                parser.advance()
                let (returnsBool, matching) = try parser.modifiers(operation)
                let isRightBound = operation == .power
                let right = try parser.expression(operation.precedence + (isRightBound ? 0 : 1))
                let binary = Node.Binary(
                    operation: operation, left: left, right: right, returnsBool: returnsBool, matching: matching)
                left = try parser.node(.binary(binary), offset)
            }
            return left
        }
    }

    func binaryOperator() -> BinaryOperator? {
        switch token.kind {
        case .sign(let text): BinaryOperator(rawValue: text)
        case .word(let text): BinaryOperator(rawValue: text.lowercased())
        default: nil
        }
    }

    /// `-a ^ b` is `-(a ^ b)`, `-a * b` is `(-a) * b`.
    private mutating func unary() throws(Fault) -> Node {
        let offset = token.offset
        if skip("-") { return try node(.negation(try expression(BinaryOperator.tightest)), offset) }
        if skip("+") { return try node(.plus(try expression(BinaryOperator.tightest)), offset) }
        return try postfix(primary())
    }

    private mutating func modifiers(_ operation: BinaryOperator) throws(Fault) -> (Bool, VectorMatching) {
        var returnsBool = false
        if token.keyword == "bool" {
            guard operation.isComparison else {
                throw Fault("bool is for comparisons only, not for \(operation.rawValue)", at: token.offset)
            }
            advance()
            returnsBool = true
        }
        var matching = VectorMatching()
        if let word = token.keyword, word == "on" || word == "ignoring" {
            advance()
            matching.isWritten = true
            matching.isOn = word == "on"
            matching.labels = try labelList()
            try group(operation, &matching)
        }
        try fill(operation, &matching)
        return (returnsBool, matching)
    }

    private mutating func group(_ operation: BinaryOperator, _ matching: inout VectorMatching) throws(Fault) {
        guard let group = token.keyword, group == "group_left" || group == "group_right" else { return }
        guard !operation.isSet else {
            throw Fault("\(group) is not for \(operation.rawValue)", at: token.offset)
        }
        advance()
        matching.cardinality = group == "group_left" ? .manyToOne : .oneToMany
        if token.isSign("(") { matching.include = try labelList() }
    }

    private mutating func fill(_ operation: BinaryOperator, _ matching: inout VectorMatching) throws(Fault) {
        while let word = token.keyword, ["fill", "fill_left", "fill_right"].contains(word), following.isSign("(") {
            let offset = token.offset
            try requireExperimental(word, at: offset)
            guard !operation.isSet else { throw Fault("\(word) is not for \(operation.rawValue)", at: offset) }
            let isTwice =
                word != "fill_right" && matching.fillLeft != nil || word != "fill_left" && matching.fillRight != nil
            guard !isTwice else { throw Fault("\(word) fills a side that is filled already", at: offset) }
            advance()
            try expect("(", word)
            let value = try signedNumber(word)
            try expect(")", word)
            if word != "fill_right" { matching.fillLeft = value }
            if word != "fill_left" { matching.fillRight = value }
        }
    }

    /// A number, a duration in seconds, `Inf` or `NaN`, with a sign.
    mutating func signedNumber(_ what: String) throws(Fault) -> Double {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        let value: Double
        switch token.kind {
        case .number(let number): value = number
        case .duration(let milliseconds): value = Double(milliseconds) / 1000
        default:
            guard let number = Self.namedNumber(token.keyword) else {
                throw Fault("unexpected \(token.name) in \(what): expected a number", at: token.offset)
            }
            value = number
        }
        advance()
        return isNegative ? -value : value
    }

    private static func namedNumber(_ word: String?) -> Double? {
        switch word {
        case "inf": .infinity
        case "nan": .nan
        default: nil
        }
    }

    private mutating func labelList() throws(Fault) -> [String] {
        try expect("(", "a list of labels")
        var labels: [String] = []
        while !skip(")") {
            switch token.kind {
            case .word(let text) where !text.contains(":") && Self.namedNumber(text.lowercased()) == nil:
                labels.append(text)
            case .string(let text) where !text.isEmpty: labels.append(text)
            default: throw Fault("unexpected \(token.name) in a list of labels: expected a label", at: token.offset)
            }
            advance()
            if !skip(","), !token.isSign(")") {
                throw Fault("unexpected \(token.name) in a list of labels: expected \",\" or \")\"", at: token.offset)
            }
        }
        return labels
    }

    // MARK: Expressions by themselves

    private mutating func primary() throws(Fault) -> Node {
        let start = token
        switch start.kind {
        case .number(let value):
            advance()
            return try node(.number(value), start.offset)
        case .duration(let milliseconds):
            advance()
            return try node(.number(Double(milliseconds) / 1000), start.offset)
        case .string(let text):
            advance()
            return try node(.string(text), start.offset)
        case .sign("("):
            advance()
            let inner = try expression(0)
            try expect(")", "parentheses")
            return try node(.parentheses(inner), start.offset)
        case .sign("{"):
            return try node(.selector(try selector(named: nil, at: start.offset)), start.offset)
        case .word(let word):
            return try self.word(word, at: start.offset)
        default:
            throw Fault("unexpected \(start.name): expected an expression", at: start.offset)
        }
    }

    /// Words that are no metric's name although nothing else can stand there.
    private static let reserved: Set<String> = ["bool", "on", "ignoring", "group_left", "group_right", "atan2"]

    private mutating func word(_ word: String, at offset: Int) throws(Fault) -> Node {
        let next = following
        let lowered = word.lowercased()
        let isCall = next.isSign("(")
        if let operation = Aggregator(rawValue: lowered),
            isCall || next.keyword == "by" || next.keyword == "without"
        {
            if operation.isExperimental { try requireExperimental(lowered, at: offset) }
            advance()
            return try aggregation(operation, at: offset)
        }
        if isCall {
            let function = try function(word, at: offset)
            advance()
            return try node(.call(.init(function: function, arguments: try arguments(of: function))), offset)
        }
        if let number = Self.namedNumber(lowered) {
            advance()
            return try node(.number(number), offset)
        }
        guard !Self.reserved.contains(lowered) else {
            throw Fault("unexpected \"\(word)\": expected an expression", at: offset)
        }
        advance()
        return try node(.selector(try selector(named: word, at: offset)), offset)
    }

    private func function(_ name: String, at offset: Int) throws(Fault) -> Function {
        guard let function = Functions.named(name), function.availability != .versionTwo || dialect.version == .two
        else { throw Fault("unknown function \"\(name.prefix(64))\"", at: offset) }
        if function.availability == .experimental { try requireExperimental("\(name)()", at: offset) }
        return function
    }

    private mutating func arguments(of function: Function?) throws(Fault) -> [Node] {
        try expect("(", "a call")
        var arguments: [Node] = []
        while !skip(")") {
            if function?.takesMatchers == true, arguments.count == 1, token.isSign("{") {
                let offset = token.offset
                arguments.append(try node(.selector(try selector(named: nil, at: offset, mayMatchAll: true)), offset))
            } else {
                arguments.append(try expression(0))
            }
            guard !token.isSign(")") else { continue }
            try expect(",", "the arguments of a call")
            if token.isSign(")") { throw Fault("an argument is missing before \")\"", at: token.offset) }
        }
        return arguments
    }

    private mutating func aggregation(_ operation: Aggregator, at offset: Int) throws(Fault) -> Node {
        var grouping = try grouping()
        var arguments = try arguments(of: nil)
        if grouping == nil { grouping = try self.grouping() }
        let wanted = operation.parameter == nil ? 1 : 2
        guard arguments.count == wanted else {
            throw Fault(
                "\(operation.rawValue) takes \(wanted) argument\(wanted == 1 ? "" : "s"), not \(arguments.count)",
                at: offset)
        }
        let operand = arguments.removeLast()
        let one = Node.Aggregation(
            operation: operation, parameter: arguments.first, operand: operand, grouping: grouping ?? Grouping())
        return try node(.aggregation(one), offset)
    }

    private mutating func grouping() throws(Fault) -> Grouping? {
        guard let word = token.keyword, word == "by" || word == "without" else { return nil }
        advance()
        return Grouping(isWithout: word == "without", labels: try labelList())
    }
}
