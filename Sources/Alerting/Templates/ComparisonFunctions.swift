// SPDX-License-Identifier: Apache-2.0

/// Go's comparisons. As in Go, an integer is never compared with a float.
enum ComparisonFunctions {
    typealias Function = TemplateFunctions.Function

    static let all: [String: Function] = [
        "eq": .many(least: 1) { (values) throws(TemplateFailure) in .bool(try equal(values)) },
        "ne": two { (left, right) throws(TemplateFailure) in try !equal([left, right]) },
        "lt": two(isLess), "le": two(isAtMost),
        // Written as Go has them: with a NaN, gt and ge are true.
        "gt": two { (left, right) throws(TemplateFailure) in try !isAtMost(left, right) },
        "ge": two { (left, right) throws(TemplateFailure) in try !isLess(left, right) },
        "not": .one { .bool(!$0.isTrue) },
    ]

    private static func two(
        _ body: @escaping @Sendable (TemplateValue, TemplateValue) throws(TemplateFailure) -> Bool
    ) -> Function {
        Function(parameters: [.any, .any]) { (values, _) throws(TemplateFailure) in
            .bool(try body(values[0], values[1]))
        }
    }

    /// Whether the first value equals one of the others.
    private static func equal(_ values: [TemplateValue]) throws(TemplateFailure) -> Bool {
        guard values.count > 1 else { throw TemplateFailure("missing argument for comparison") }
        for other in values.dropFirst() where try isEqual(values[0], other) { return true }
        return false
    }

    private static func isEqual(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFailure) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.number(let left), .number(let right)): return left == right
        case (.string(let left), .string(let right)): return left == right
        case (.time(let left), .time(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.missing, .missing): return true
        case (.missing, _), (_, .missing): return false
        case (.labels, .labels), (.samples, .samples), (.arguments, .arguments), (.scope, .scope):
            throw TemplateFailure("non-comparable type \(left.type)")
        case (.sample(let left), .sample(let right)): return left == right
        default: throw TemplateFailure("incompatible types for comparison")
        }
    }

    private static func isAtMost(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFailure) -> Bool {
        if try isLess(left, right) { return true }
        return try isEqual(left, right)
    }

    private static func isLess(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFailure) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): return left < right
        case (.number(let left), .number(let right)): return left < right
        // Go compares bytes.
        case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.int, .number), (.number, .int), (.string, .int), (.int, .string), (.string, .number),
            (.number, .string):
            throw TemplateFailure("incompatible types for comparison")
        default: throw TemplateFailure("invalid type for comparison")
        }
    }
}
