// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The functions of templates: Go's for comparison and printing, Prometheus's for series and people.
enum TemplateFunctions {
    /// What a parameter takes.
    enum Parameter {
        case any, string, sample, samples, strings

        func takes(_ value: TemplateValue) -> Bool {
            switch (self, value) {
            case (.any, _), (.string, .string), (.sample, .sample), (.samples, .samples),
                (.strings, .list(.strings, _)):
                true
            default: false
            }
        }

        var type: String {
            switch self {
            case .any: "any"
            case .string: "string"
            case .sample: "*template.sample"
            case .samples: "template.queryResult"
            case .strings: "[]string"
            }
        }
    }

    typealias Body = @Sendable ([TemplateValue], TemplateScope) throws(TemplateFailure) -> TemplateValue

    struct Function: Sendable {
        let parameters: [Parameter]
        /// Any number of further arguments.
        var isVariadic = false
        /// Steps that a call takes, besides those for the texts that it reads and makes.
        var cost = 1
        /// Looks for the first argument, a pattern, in the last: RE2's work grows with the product of their lengths.
        var isSearch = false
        let body: Body
    }

    private static let all: [String: Function] = [
        TextFunctions.all, ComparisonFunctions.all, SeriesFunctions.all, NotificationFunctions.all,
    ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

    /// `and` and `or` are no calls: they leave arguments unread.
    private static let common = Set(TextFunctions.all.keys).union(ComparisonFunctions.all.keys).union(["and", "or"])
    /// What rules may call, and what messages may.
    static let names = common.union(SeriesFunctions.all.keys)
    static let messageNames = common.union(NotificationFunctions.all.keys)

    static func call(
        _ name: String, _ arguments: [TemplateValue], _ run: inout TemplateRun
    ) throws(TemplateFailure) -> TemplateValue {
        guard let function = all[name] else {
            throw TemplateFailure("wrong number of args for \(name): want at least 1 got 0")
        }
        try check(arguments, name, function)
        let search = function.isSearch ? arguments[0].weight * (arguments.last?.weight ?? 0) / 2048 : 0
        try run.spend(function.cost + arguments.reduce(0) { $0 + $1.weight } / 64 + search)
        let value: TemplateValue
        do throws(TemplateFailure) {
            value = try function.body(arguments, run.scope)
        } catch {
            throw TemplateFailure("error calling \(name): \(error.reason)")
        }
        guard value.weight <= run.scope.longestResult else {
            throw TemplateFailure("\(name) makes a text longer than \(run.scope.longestResult) bytes")
        }
        try run.spend(value.weight / 64)
        return value
    }

    private static func check(
        _ arguments: [TemplateValue], _ name: String, _ function: Function
    ) throws(TemplateFailure) {
        let wanted = function.parameters.count
        guard function.isVariadic ? arguments.count >= wanted : arguments.count == wanted else {
            let bound = function.isVariadic ? "at least \(wanted)" : "\(wanted)"
            throw TemplateFailure("wrong number of args for \(name): want \(bound) got \(arguments.count)")
        }
        for (parameter, argument) in zip(function.parameters, arguments) where !parameter.takes(argument) {
            throw TemplateFailure("\(name): wrong type for value; expected \(parameter.type); got \(argument.type)")
        }
    }
}

extension TemplateFunctions.Function {
    /// From one text to another.
    static func text(_ body: @escaping @Sendable (String) throws(TemplateFailure) -> String) -> Self {
        Self(parameters: [.string]) { (values, _) throws(TemplateFailure) in .string(try body(values[0].text)) }
    }

    /// From a number, or a text that is one, to a text.
    static func number(_ body: @escaping @Sendable (Double) throws(TemplateFailure) -> String) -> Self {
        Self(parameters: [.any]) { (values, _) throws(TemplateFailure) in .string(try body(try values[0].float())) }
    }

    /// Of one value of any kind.
    static func one(_ body: @escaping @Sendable (TemplateValue) throws(TemplateFailure) -> TemplateValue) -> Self {
        Self(parameters: [.any]) { (values, _) throws(TemplateFailure) in try body(values[0]) }
    }

    /// Of any number of values, `least` at least.
    static func many(
        least: Int = 0, _ body: @escaping @Sendable ([TemplateValue]) throws(TemplateFailure) -> TemplateValue
    ) -> Self {
        Self(parameters: Array(repeating: .any, count: least), isVariadic: true) {
            (values, _) throws(TemplateFailure) in try body(values)
        }
    }
}

extension TemplateValue {
    /// The text; empty for what is none.
    var text: String { if case .string(let text) = self { text } else { "" } }

    /// The number that it is, or that its text says.
    func float() throws(TemplateFailure) -> Double {
        switch self {
        case .number(let number): return number
        case .int(let number): return Double(number)
        case .duration(let duration): return duration.inSeconds
        case .string(let text):
            guard let number = GoText.float(text) else {
                throw TemplateFailure("parsing \(GoText.quoted(String(text.prefix(80)))): invalid syntax")
            }
            return number
        default: throw TemplateFailure("can't convert \(type) to float")
        }
    }
}
