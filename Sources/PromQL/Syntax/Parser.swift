// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// Builds the tree of a query: precedence climbing over tokens, bounded in depth.
struct Parser {
    /// Levels of expressions within each other, and terms in a chain of operators.
    static let deepest = 100
    static let longestDuration = Duration.seconds(100 * 365 * 86_400)

    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    static func parse(_ text: String) throws(Fault) -> Node {
        var parser = Parser(tokens: try Lexer.tokens(of: text))
        if case .end = parser.token.kind { throw Fault("no expression: the query is empty", at: 0) }
        let root = try parser.expression(0)
        guard case .end = parser.token.kind else {
            throw Fault("unexpected \(parser.token.name) after the expression", at: parser.token.offset)
        }
        return root
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    private var token: Token { tokens[index] }
    private var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    private mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    private mutating func skip(_ sign: String) -> Bool {
        guard token.isSign(sign) else { return false }
        advance()
        return true
    }

    private mutating func expect(_ sign: String, _ where: String) throws(Fault) {
        guard skip(sign) else {
            throw Fault("unexpected \(token.name) in \(`where`): expected \"\(sign)\"", at: token.offset)
        }
    }

    private func node(_ kind: Node.Kind, _ offset: Int) throws(Fault) -> Node {
        let deepest = Node.childrenDepth(kind)
        guard deepest < Self.deepest else {
            throw Fault("more than \(Self.deepest) levels of expressions within each other", at: offset)
        }
        return Node(kind: kind, offset: offset, depth: deepest + 1)
    }

    // MARK: Operators

    private mutating func expression(_ least: Int) throws(Fault) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw Fault("more than \(Self.deepest) levels of expressions within each other", at: token.offset)
        }
        var left = try unary()
        while let operation = binaryOperator(), operation.precedence >= least {
            let offset = token.offset
            advance()
            let (returnsBool, matching) = try modifiers(operation)
            let isRightBound = operation == .power
            let right = try expression(operation.precedence + (isRightBound ? 0 : 1))
            left = try node(
                .binary(
                    .init(
                        operation: operation, left: left, right: right, returnsBool: returnsBool, matching: matching)),
                offset)
        }
        return left
    }

    private func binaryOperator() -> BinaryOperator? {
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
        guard let word = token.keyword, word == "on" || word == "ignoring" else { return (returnsBool, matching) }
        advance()
        matching.isWritten = true
        matching.isOn = word == "on"
        matching.labels = try labelList()
        guard let group = token.keyword, group == "group_left" || group == "group_right" else {
            return (returnsBool, matching)
        }
        guard !operation.isSet else {
            throw Fault("\(group) is not for \(operation.rawValue)", at: token.offset)
        }
        advance()
        matching.cardinality = group == "group_left" ? .manyToOne : .oneToMany
        if token.isSign("(") { matching.include = try labelList() }
        return (returnsBool, matching)
    }

    private mutating func labelList() throws(Fault) -> [String] {
        try expect("(", "a list of labels")
        var labels: [String] = []
        while !skip(")") {
            switch token.kind {
            case .word(let text) where !text.contains(":"): labels.append(text)
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
        case .duration(let duration):
            advance()
            return try node(.number(duration.inSeconds), start.offset)
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

    private mutating func word(_ word: String, at offset: Int) throws(Fault) -> Node {
        let next = following
        let isCall = next.isSign("(")
        if let operation = Aggregator(rawValue: word.lowercased()),
            isCall || next.keyword == "by" || next.keyword == "without"
        {
            advance()
            return try aggregation(operation, at: offset)
        }
        if isCall {
            guard let function = Functions.named(word) else {
                throw Fault("unknown function \"\(word.prefix(64))\"", at: offset)
            }
            advance()
            return try node(.call(.init(function: function, arguments: try arguments())), offset)
        }
        if let number = ["inf": Double.infinity, "nan": .nan][word.lowercased()], !next.isSign("{") {
            advance()
            return try node(.number(number), offset)
        }
        advance()
        return try node(.selector(try selector(named: word, at: offset)), offset)
    }

    private mutating func arguments() throws(Fault) -> [Node] {
        try expect("(", "a call")
        var arguments: [Node] = []
        while !skip(")") {
            arguments.append(try expression(0))
            guard !token.isSign(")") else { continue }
            try expect(",", "the arguments of a call")
            if token.isSign(")") { throw Fault("an argument is missing before \")\"", at: token.offset) }
        }
        return arguments
    }

    private mutating func aggregation(_ operation: Aggregator, at offset: Int) throws(Fault) -> Node {
        var grouping = try grouping()
        var arguments = try arguments()
        if grouping == nil { grouping = try self.grouping() }
        let wanted = operation.parameter == nil ? 1 : 2
        guard arguments.count == wanted else {
            throw Fault(
                "\(operation.rawValue) takes \(wanted) argument\(wanted == 1 ? "" : "s"), not \(arguments.count)",
                at: offset)
        }
        let operand = arguments.removeLast()
        return try node(
            .aggregation(
                .init(
                    operation: operation, parameter: arguments.first, operand: operand,
                    grouping: grouping ?? Grouping())), offset)
    }

    private mutating func grouping() throws(Fault) -> Grouping? {
        guard let word = token.keyword, word == "by" || word == "without" else { return nil }
        advance()
        return Grouping(isWithout: word == "without", labels: try labelList())
    }

    // MARK: Selectors

    private mutating func postfix(_ inner: Node) throws(Fault) -> Node {
        var result = inner
        while true {
            let offset = token.offset
            if skip("[") {
                guard case .selector(let selector) = result.kind, selector.offset == .zero else {
                    throw Fault("a range in brackets must follow a selector directly", at: offset)
                }
                let range = try duration("a range")
                if token.isSign(":") { throw Fault("subqueries are not supported", at: token.offset) }
                guard range > .zero else { throw Fault("a range must be longer than 0", at: offset) }
                try expect("]", "a range")
                result = try node(.range(selector, range), result.offset)
            } else if token.keyword == "offset" {
                advance()
                let isNegative = skip("-")
                let shift = try duration("offset")
                result = try node(
                    shifted(result.kind, by: isNegative ? .zero - shift : shift, at: offset), result.offset)
            } else if token.isSign("@") {
                throw Fault("the @ modifier is not supported", at: offset)
            } else {
                return result
            }
        }
    }

    private func shifted(_ kind: Node.Kind, by shift: Duration, at offset: Int) throws(Fault) -> Node.Kind {
        switch kind {
        case .selector(var selector) where selector.offset == .zero:
            selector.offset = shift
            return .selector(selector)
        case .range(var selector, let range) where selector.offset == .zero:
            selector.offset = shift
            return .range(selector, range)
        default: throw Fault("offset must follow a selector or a range, once", at: offset)
        }
    }

    private mutating func duration(_ what: String) throws(Fault) -> Duration {
        defer { advance() }
        switch token.kind {
        case .duration(let duration): return duration
        case .number(let seconds) where seconds >= 0 && seconds <= Self.longestDuration.inSeconds:
            return .milliseconds(Int64(seconds * 1000))
        default: throw Fault("unexpected \(token.name) in \(what): expected a duration such as 5m", at: token.offset)
        }
    }

    private mutating func selector(named word: String?, at offset: Int) throws(Fault) -> Selector {
        var metric = word
        var matchers: [CompiledMatcher] = []
        if skip("{") {
            while !skip("}") {
                try matcher(&metric, &matchers)
                if !skip(","), !token.isSign("}") {
                    throw Fault("unexpected \(token.name) in a selector: expected \",\" or \"}\"", at: token.offset)
                }
            }
        }
        let exact = matchers.firstIndex { $0.matcher.name == Labels.metricName && $0.matcher.operation == .equal }
        if metric == nil, let exact { metric = matchers.remove(at: exact).matcher.value }
        guard metric?.isEmpty == false || matchers.contains(where: { !$0.matches("") }) else {
            throw Fault("a selector needs a name, or a matcher that does not match the empty text", at: offset)
        }
        return Selector(metric: metric, matchers: matchers)
    }

    private mutating func matcher(_ metric: inout String?, _ matchers: inout [CompiledMatcher]) throws(Fault) {
        let start = token
        let name: String
        switch start.kind {
        case .word(let text) where !text.contains(":"): name = text
        case .string(let text): name = text
        default: throw Fault("unexpected \(start.name) in a selector: expected a label", at: start.offset)
        }
        advance()
        if case .string = start.kind, token.isSign(",") || token.isSign("}") {
            guard metric == nil else { throw Fault("the metric is named twice", at: start.offset) }
            metric = name
            return
        }
        guard case .sign(let sign) = token.kind, let operation = MatchOperator(rawValue: sign) else {
            throw Fault("unexpected \(token.name) in a selector: expected =, !=, =~ or !~", at: token.offset)
        }
        advance()
        guard case .string(let value) = token.kind else {
            throw Fault("unexpected \(token.name) in a selector: expected a text in quotes", at: token.offset)
        }
        if name == Labels.metricName, metric != nil { throw Fault("the metric is named twice", at: start.offset) }
        do throws(RegexError) {
            matchers.append(try CompiledMatcher(LabelMatcher(name, operation, value)))
        } catch {
            throw Fault("bad regular expression \"\(value.prefix(64))\": \(error.reason)", at: token.offset)
        }
        advance()
    }
}

extension Node {
    /// The depth of the deepest child of what is about to become a node.
    fileprivate static func childrenDepth(_ kind: Kind) -> Int {
        switch kind {
        case .number, .string, .selector, .range: 0
        case .parentheses(let inner), .negation(let inner), .plus(let inner): inner.depth
        case .binary(let binary): max(binary.left.depth, binary.right.depth)
        case .call(let call): call.arguments.map(\.depth).max() ?? 0
        case .aggregation(let one): max(one.parameter?.depth ?? 0, one.operand.depth)
        }
    }
}
