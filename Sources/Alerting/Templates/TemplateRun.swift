// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// One expansion of a template: bounded in what it prints, in its steps and in its depth, whatever the labels hold.
struct TemplateRun {
    /// How many steps a run may take; a function costs more with long texts.
    static let mostSteps = 200_000
    /// How deep templates and parentheses may be within each other, calls included.
    static let deepest = 100

    private enum Flow {
        case on, breaking, continuing
    }

    let scope: TemplateScope
    private let tree: TemplateTree
    private var output = ""
    private var dot: TemplateValue
    private var variables: [(name: String, value: TemplateValue)]
    private var steps = 0
    private var depth = 0

    init(_ tree: TemplateTree, _ scope: TemplateScope) {
        self.tree = tree
        self.scope = scope
        if let message = scope.message {
            dot = message
            variables = [("$", message)]
            return
        }
        dot = .scope(scope)
        variables = [
            ("$", .scope(scope)), ("$labels", .labels(scope.labels)),
            ("$externalLabels", .labels(scope.externalLabels)),
            ("$externalURL", .string(scope.externalURL)), ("$value", .number(scope.value)),
        ]
    }

    mutating func result() throws(TemplateFailure) -> String {
        _ = try execute(tree.main)
        return output
    }

    private mutating func execute(_ nodes: [TemplateNode]) throws(TemplateFailure) -> Flow {
        try enter()
        defer { depth -= 1 }
        for node in nodes {
            try spend(1)
            let flow = try execute(node)
            if flow != .on { return flow }
        }
        return .on
    }

    private mutating func execute(_ node: TemplateNode) throws(TemplateFailure) -> Flow {
        switch node {
        case .text(let text): try print(text)
        case .action(let pipeline):
            let value = try value(of: pipeline)
            if pipeline.variables.isEmpty { try print(value.printed) }
        case .condition(let branches, let otherwise): return try choose(branches, otherwise, setsDot: false)
        case .with(let branches, let otherwise): return try choose(branches, otherwise, setsDot: true)
        case .range(let pipeline, let body, let otherwise): return try range(pipeline, body, otherwise)
        case .template(let name, let pipeline): try call(name, pipeline)
        case .breaking: return .breaking
        case .continuing: return .continuing
        }
        return .on
    }

    private mutating func choose(
        _ branches: [(Pipeline, [TemplateNode])], _ otherwise: [TemplateNode], setsDot: Bool
    ) throws(TemplateFailure) -> Flow {
        let (count, before) = (variables.count, dot)
        defer {
            variables.removeLast(variables.count - count)
            dot = before
        }
        for (test, body) in branches {
            let value = try value(of: test)
            guard value.isTrue else { continue }
            if setsDot { dot = value }
            return try execute(body)
        }
        return try execute(otherwise)
    }

    private mutating func range(
        _ pipeline: Pipeline, _ body: [TemplateNode], _ otherwise: [TemplateNode]
    ) throws(TemplateFailure) -> Flow {
        let (count, before) = (variables.count, dot)
        defer {
            variables.removeLast(variables.count - count)
            dot = before
        }
        let entries = try entries(of: value(of: pipeline))
        guard !entries.isEmpty else { return try execute(otherwise) }
        let inside = variables.count
        for (key, element) in entries {
            try spend(1)
            let names = pipeline.variables
            if let last = names.last { try set(last, element, isThere: true) }
            if names.count == 2 { try set(names[0], key, isThere: true) }
            dot = element
            let flow = try execute(body)
            variables.removeLast(variables.count - inside)
            if flow == .breaking { break }
        }
        return .on
    }

    private func entries(of value: TemplateValue) throws(TemplateFailure) -> [(TemplateValue, TemplateValue)] {
        switch value {
        case .missing: return []
        case .labels(let labels): return labels.all.map { (.string($0.name), .string($0.value)) }
        case .arguments(let values): return values.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
        case .samples(let samples): return samples.enumerated().map { (.int($0.offset), .sample($0.element)) }
        case .pairs(let labels): return labels.all.map { (.string($0.name), .string($0.value)) }
        case .list(_, let values): return values.enumerated().map { (.int($0.offset), $0.element) }
        case .int(let number):
            guard number <= Self.mostSteps else { throw TemplateFailure("range over \(number) takes too many steps") }
            return (0..<max(0, number)).map { (.int($0), .int($0)) }
        default: throw TemplateFailure("range can't iterate over \(value.printed.prefix(80))")
        }
    }

    /// Runs a template of the file; it sees nothing but what it is given.
    private mutating func call(_ name: String, _ pipeline: Pipeline?) throws(TemplateFailure) {
        var value = TemplateValue.missing
        if let pipeline { value = try self.value(of: pipeline) }
        guard let body = tree.named[name] else { throw TemplateFailure("template \(GoText.quoted(name)) not defined") }
        let before = (dot, variables)
        dot = value
        variables = [("$", value)]
        _ = try execute(body)
        (dot, variables) = before
    }

    private mutating func print(_ text: String) throws(TemplateFailure) {
        output += text
        guard output.utf8.count <= scope.longestResult else {
            throw TemplateFailure("the result is longer than \(scope.longestResult) bytes")
        }
    }

    /// Declares `name`, or gives the innermost one of that name a value.
    private mutating func set(_ name: String, _ value: TemplateValue, isThere: Bool) throws(TemplateFailure) {
        guard isThere else { return variables.append((name, value)) }
        guard let index = variables.lastIndex(where: { $0.name == name }) else {
            throw TemplateFailure("undefined variable: \(name)")
        }
        variables[index].value = value
    }

    private func variable(_ name: String) throws(TemplateFailure) -> TemplateValue {
        guard let found = variables.last(where: { $0.name == name }) else {
            throw TemplateFailure("undefined variable: \(name)")
        }
        return found.value
    }

    mutating func enter() throws(TemplateFailure) {
        depth += 1
        guard depth <= Self.deepest else { throw TemplateFailure("templates are nested too deeply") }
    }

    mutating func spend(_ cost: Int) throws(TemplateFailure) {
        steps += cost
        guard steps <= scope.mostSteps else { throw TemplateFailure("the template takes too many steps") }
    }
}

/// Values.
extension TemplateRun {
    private mutating func value(of pipeline: Pipeline) throws(TemplateFailure) -> TemplateValue {
        try enter()
        defer { depth -= 1 }
        var result: TemplateValue?
        for command in pipeline.commands { result = try value(of: command, last: result) }
        let value = result ?? .missing
        for name in pipeline.variables { try set(name, value, isThere: pipeline.isAssignment) }
        return value
    }

    private mutating func value(
        of command: [Operand], last: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        guard let first = command.first else { return .missing }
        try spend(1)
        if case .function(let name) = first { return try call(name, Array(command.dropFirst()), last) }
        if case .value(.missing) = first { throw TemplateFailure("nil is not a command") }
        if let value = try method(first, command.dropFirst(), last) { return value }
        guard command.count == 1, last == nil else { throw TemplateFailure("can't give argument to non-function") }
        return try value(of: first)
    }

    /// Calls a function; `and` and `or` look at no more arguments than they need.
    private mutating func call(
        _ name: String, _ operands: [Operand], _ last: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue {
        var values: [TemplateValue] = []
        if name == "and" || name == "or" {
            for operand in operands {
                let value = try value(of: operand)
                if value.isTrue == (name == "or") { return value }
                values.append(value)
            }
            guard let result = last ?? values.last else {
                throw TemplateFailure("wrong number of args for \(name): want at least 1 got 0")
            }
            return result
        }
        for operand in operands { values.append(try value(of: operand)) }
        if let last { values.append(last) }
        return try TemplateFunctions.call(name, values, &self)
    }

    private mutating func value(of operand: Operand) throws(TemplateFailure) -> TemplateValue {
        switch operand {
        case .value(let value): return value
        case .dot: return dot
        case .field(let names): return try field(names, of: dot)
        case .variable(let name, let fields): return try field(fields, of: variable(name))
        case .function(let name): return try TemplateFunctions.call(name, [], &self)
        case .pipeline(let pipeline, let fields): return try field(fields, of: value(of: pipeline))
        }
    }

    /// What a method of a time or a duration gives, when `operand` ends in one.
    private mutating func method(
        _ operand: Operand, _ operands: ArraySlice<Operand>, _ last: TemplateValue?
    ) throws(TemplateFailure) -> TemplateValue? {
        guard !operands.isEmpty || last != nil else { return nil }
        let receiver: TemplateValue
        let name: String
        switch operand {
        case .field(let names):
            name = names.last ?? ""
            receiver = try field(Array(names.dropLast()), of: dot)
        case .variable(let variable, let fields) where !fields.isEmpty:
            name = fields.last ?? ""
            receiver = try field(Array(fields.dropLast()), of: self.variable(variable))
        case .pipeline(let pipeline, let fields) where !fields.isEmpty:
            name = fields.last ?? ""
            receiver = try field(Array(fields.dropLast()), of: value(of: pipeline))
        default: return nil
        }
        var arguments: [TemplateValue] = []
        for operand in operands { arguments.append(try value(of: operand)) }
        guard let value = TemplateMethods.call(name, on: receiver, arguments + (last.map { [$0] } ?? [])) else {
            throw TemplateFailure("\(name) has arguments but cannot be invoked as function")
        }
        return value
    }

    private func field(_ names: [String], of start: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        var value = start
        for name in names {
            switch (value, name) {
            case (.labels(let labels), _): value = .string(labels[name] ?? "")
            case (.arguments(let values), _): value = values[name] ?? .missing
            case (.sample(let sample), "Labels"): value = .labels(sample.labels)
            case (.sample(let sample), "Value"): value = .number(sample.value)
            case (.scope(let scope), "Labels"): value = .labels(scope.labels)
            case (.scope(let scope), "Value"): value = .number(scope.value)
            case (.scope(let scope), "ExternalLabels"): value = .labels(scope.externalLabels)
            case (.scope(let scope), "ExternalURL"): value = .string(scope.externalURL)
            case (.missing, _): return .missing
            default:
                guard let result = TemplateMethods.call(name, on: value, []) ?? value.field(name) else {
                    throw TemplateFailure("can't evaluate field \(name) in type \(value.type)")
                }
                value = result
            }
        }
        return value
    }
}
