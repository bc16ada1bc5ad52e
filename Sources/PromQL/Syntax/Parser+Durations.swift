// SPDX-License-Identifier: Apache-2.0

/// Durations in brackets and after `offset`: literals, numbers of seconds, and arithmetic on them.
extension Parser {
    mutating func span(_ what: String) throws(Fault) -> TimeSpan {
        simplified(try sum(what, least: BinaryOperator.add.precedence), at: token.offset)
    }

    /// Without parentheses, only one value belongs to `offset`: what follows it is the query's own arithmetic.
    mutating func offsetSpan() throws(Fault) -> TimeSpan {
        let isNegative = skip("-")
        let start = token
        let span = try !isNegative && dialect.version == .three && skip("+") ? value("offset") : value("offset")
        if dialect.version == .two {
            guard case .duration = start.kind else {
                throw Fault("unexpected \(start.name) in offset: expected a duration such as 5m", at: start.offset)
            }
        }
        return simplified(isNegative ? .negated(span) : span, at: token.offset)
    }

    /// A span that needs no step or range is worked out at once; what cannot be is refused when it is evaluated.
    private func simplified(_ span: TimeSpan, at offset: Int) -> TimeSpan {
        guard !span.dependsOnQuery, let milliseconds = try? span.milliseconds(in: .init(), at: offset) else {
            return span
        }
        return .fixed(milliseconds)
    }

    private mutating func sum(_ what: String, least: Int) throws(Fault) -> TimeSpan {
        try nested { (parser) throws(Fault) in
            var left = try parser.signed(what)
            while let operation = parser.binaryOperator(), operation.precedence >= least,
                [.add, .subtract, .multiply, .divide, .modulo, .power].contains(operation)
            {
                parser.advance()
                let next = operation.precedence + (operation == .power ? 0 : 1)
                left = .binary(operation, left, try parser.sum(what, least: next))
            }
            return left
        }
    }

    private mutating func signed(_ what: String) throws(Fault) -> TimeSpan {
        try nested { (parser) throws(Fault) in
            if parser.skip("-") { return .negated(try parser.signed(what)) }
            if parser.skip("+") { return try parser.signed(what) }
            return try parser.value(what)
        }
    }

    private mutating func value(_ what: String) throws(Fault) -> TimeSpan {
        let start = token
        switch start.kind {
        case .duration(let milliseconds):
            advance()
            return .fixed(milliseconds)
        case .number(let seconds):
            advance()
            return .number(seconds)
        case .sign("("):
            advance()
            let inner = try sum(what, least: BinaryOperator.add.precedence)
            try expect(")", what)
            return inner
        case .word(let word):
            return try call(word.lowercased(), what)
        default:
            throw Fault("unexpected \(start.name) in \(what): expected a duration such as 5m", at: start.offset)
        }
    }

    private mutating func call(_ word: String, _ what: String) throws(Fault) -> TimeSpan {
        let start = token
        let isPair = ["min", "max", "min_of", "max_of"].contains(word)
        guard following.isSign("("), isPair || word == "step" || word == "range" else {
            throw Fault("unexpected \(start.name) in \(what): expected a duration such as 5m", at: start.offset)
        }
        advance()
        try expect("(", word)
        guard isPair else {
            try expect(")", word)
            return word == "step" ? .step : .range
        }
        let left = try sum(what, least: BinaryOperator.add.precedence)
        try expect(",", word)
        let right = try sum(what, least: BinaryOperator.add.precedence)
        try expect(")", word)
        return word.hasPrefix("min") ? .lesser(left, right) : .greater(left, right)
    }
}

extension TimeSpan {
    /// Whether it is known only when the query's step and range are.
    fileprivate var dependsOnQuery: Bool {
        switch self {
        case .fixed, .number: false
        case .step, .range: true
        case .negated(let inner): inner.dependsOnQuery
        case .binary(_, let left, let right), .lesser(let left, let right), .greater(let left, let right):
            left.dependsOnQuery || right.dependsOnQuery
        }
    }
}
