// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// Selectors, and what may follow one: a range, a subquery, `offset`, `@`, `anchored`, `smoothed`.
extension Parser {
    mutating func postfix(_ inner: Node) throws(Fault) -> Node {
        var result = inner
        while true {
            let offset = token.offset
            if skip("[") {
                result = try node(try brackets(after: result, at: offset), result.offset)
            } else if token.keyword == "offset" {
                advance()
                let back = try offsetSpan()
                result = try node(
                    try shifted(result.kind, "offset", at: offset) { shift in
                        guard shift.back == nil else { return false }
                        shift.back = back
                        return true
                    }, result.offset)
            } else if skip("@") {
                let fixed = try fixedTime()
                result = try node(
                    try shifted(result.kind, "@", at: offset) { shift in
                        guard shift.fixed == nil else { return false }
                        shift.fixed = fixed
                        return true
                    }, result.offset)
            } else if let word = token.keyword, word == "anchored" || word == "smoothed",
                dialect.version == .three || dialect.isExperimental
            {
                advance()
                result = try node(try edged(result.kind, Edges(rawValue: word) ?? .plain, at: offset), result.offset)
            } else {
                return result
            }
        }
    }

    private mutating func brackets(after inner: Node, at offset: Int) throws(Fault) -> Node.Kind {
        let range = try span("a range")
        if skip(":") {
            let step = token.isSign("]") ? nil : try span("the step of a subquery")
            try expect("]", "a subquery")
            try requirePositive(range, "the range of a subquery", at: offset)
            if let step { try requirePositive(step, "the step of a subquery", at: offset) }
            return .subquery(.init(inner: inner, range: range, step: step))
        }
        try expect("]", "a range")
        try requirePositive(range, "a range", at: offset)
        guard case .selector(let selector) = inner.kind else {
            throw Fault("a range in brackets must follow a selector directly", at: offset)
        }
        guard selector.shift.back == nil, selector.shift.fixed == nil else {
            throw Fault("offset and @ must follow the range in brackets, not stand before it", at: offset)
        }
        return .range(selector, range)
    }

    /// A span that depends on the query's step is checked when that is known.
    private func requirePositive(_ span: TimeSpan, _ what: String, at offset: Int) throws(Fault) {
        if case .fixed(let milliseconds) = span, milliseconds <= 0 {
            throw Fault("\(what) must be longer than 0", at: offset)
        }
    }

    private func shifted(
        _ kind: Node.Kind, _ word: String, at offset: Int, _ set: (inout Shift) -> Bool
    ) throws(Fault) -> Node.Kind {
        let isFirst: Bool
        let result: Node.Kind
        switch kind {
        case .selector(var selector):
            isFirst = set(&selector.shift)
            result = .selector(selector)
        case .range(var selector, let range):
            isFirst = set(&selector.shift)
            result = .range(selector, range)
        case .subquery(var subquery):
            isFirst = set(&subquery.shift)
            result = .subquery(subquery)
        default: throw Fault("\(word) must follow a selector, a range or a subquery", at: offset)
        }
        guard isFirst else { throw Fault("\(word) may be written once only", at: offset) }
        return result
    }

    private func edged(_ kind: Node.Kind, _ edges: Edges, at offset: Int) throws(Fault) -> Node.Kind {
        switch kind {
        case .selector(var selector) where selector.edges == .plain && edges == .smoothed:
            selector.edges = edges
            return .selector(selector)
        case .range(var selector, let range) where selector.edges == .plain:
            selector.edges = edges
            return .range(selector, range)
        case .subquery: throw Fault("\(edges.rawValue) is not for subqueries", at: offset)
        default: throw Fault("\(edges.rawValue) must follow a range in brackets, once", at: offset)
        }
    }

    private mutating func fixedTime() throws(Fault) -> FixedTime {
        let start = token
        if let word = token.keyword, word == "start" || word == "end" {
            advance()
            try expect("(", "@")
            try expect(")", "@")
            return word == "start" ? .start : .end
        }
        if case .duration = token.kind, dialect.version == .two {
            throw Fault("unexpected duration after @: expected an instant in seconds", at: start.offset)
        }
        let seconds = try signedNumber("@")
        guard seconds.isFinite, (seconds * 1000).magnitude < Double(Query.furthest) else {
            throw Fault("the instant after @ is out of bounds", at: start.offset)
        }
        return .at(Int64((seconds * 1000).rounded()))
    }

    /// - Parameter mayMatchAll: whether it needs no condition, as the second argument of `info`.
    mutating func selector(
        named word: String?, at offset: Int, mayMatchAll: Bool = false
    ) throws(Fault) -> Selector {
        var metric = word
        var matchers: [CompiledMatcher] = []
        if skip("{") {
            while !skip("}") {
                try matcher(&metric, &matchers, isNamedBefore: word != nil)
                if !skip(","), !token.isSign("}") {
                    throw Fault("unexpected \(token.name) in a selector: expected \",\" or \"}\"", at: token.offset)
                }
            }
        }
        let exact = matchers.firstIndex { $0.isName }
        if metric == nil, let exact, !mayMatchAll { metric = matchers.remove(at: exact).matcher.value }
        guard mayMatchAll || metric?.isEmpty == false || matchers.contains(where: { !$0.matches("") }) else {
            throw Fault("a selector needs a name, or a matcher that does not match the empty text", at: offset)
        }
        return Selector(metric: metric, matchers: matchers)
    }

    /// - Parameter isNamedBefore: whether the name stands before the braces; then no matcher may be about it.
    private mutating func matcher(
        _ metric: inout String?, _ matchers: inout [CompiledMatcher], isNamedBefore: Bool
    ) throws(Fault) {
        let start = token
        let name: String
        switch start.kind {
        case .word(let text) where !text.contains(":"): name = text
        case .string(let text) where !text.isEmpty: name = text
        default: throw Fault("unexpected \(start.name) in a selector: expected a label", at: start.offset)
        }
        advance()
        let isNamed = metric != nil || matchers.contains { $0.isName }
        if case .string = start.kind, token.isSign(",") || token.isSign("}") {
            guard !isNamed else { throw Fault("the metric is named twice", at: start.offset) }
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
        // Prometheus 2 takes two names that are both meant.
        let isSecond = operation == .equal && isNamed && (dialect.version == .three || metric != nil)
        if name == Labels.metricName, isNamedBefore || isSecond {
            throw Fault("the metric is named twice", at: start.offset)
        }
        do throws(RegexError) {
            matchers.append(
                try CompiledMatcher(
                    LabelMatcher(name, operation, value), dotMatchesNewline: dialect.version == .three))
        } catch {
            throw Fault("bad regular expression \"\(value.prefix(64))\": \(error.reason)", at: token.offset)
        }
        advance()
    }
}
