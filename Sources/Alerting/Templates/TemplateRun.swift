// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// One expansion of a template.
struct TemplateRun {
    private(set) var output = ""
    private let scope: TemplateScope
    private var dot = TemplateValue.scope
    private var variables: [(name: String, value: TemplateValue)]

    init(scope: TemplateScope) {
        self.scope = scope
        variables = [
            ("$", .scope), ("$labels", .labels(scope.labels)), ("$value", .number(scope.value)),
            ("$externalLabels", .labels(.none)), ("$externalURL", .string(scope.externalURL)),
        ]
    }

    mutating func execute(_ nodes: [TemplateNode]) throws(TemplateFailure) {
        for node in nodes {
            switch node {
            case .text(let text): try print(text)
            case .action(let pipeline, let variable):
                let value = try value(of: pipeline)
                if let variable { variables.append((variable, value)) } else { try print(value.printed) }
            case .condition(let branches, let otherwise):
                try within { (run) throws(TemplateFailure) in
                    for (test, body) in branches where try run.value(of: test).isTrue { return try run.execute(body) }
                    try run.execute(otherwise)
                }
            case .with(let pipeline, let body, let otherwise):
                let value = try value(of: pipeline)
                let before = dot
                if value.isTrue { dot = value }
                try within { (run) throws(TemplateFailure) in try run.execute(value.isTrue ? body : otherwise) }
                dot = before
            }
        }
    }

    private mutating func within(_ body: (inout TemplateRun) throws(TemplateFailure) -> Void) throws(TemplateFailure) {
        let count = variables.count
        try body(&self)
        variables.removeLast(variables.count - count)
    }

    private mutating func print(_ text: String) throws(TemplateFailure) {
        output += text
        guard output.utf8.count <= Template.longestResult else {
            throw TemplateFailure(reason: "the result is longer than \(Template.longestResult) bytes")
        }
    }

    private func value(of pipeline: Pipeline) throws(TemplateFailure) -> TemplateValue {
        var result: TemplateValue?
        for command in pipeline.commands { result = try value(of: command, last: result) }
        return result ?? .missing
    }

    private func value(of command: [Operand], last: TemplateValue?) throws(TemplateFailure) -> TemplateValue {
        guard let first = command.first else { return .missing }
        guard case .function(let name) = first else {
            guard command.count == 1, last == nil else {
                throw TemplateFailure(reason: "what is no function got arguments")
            }
            return try value(of: first)
        }
        var arguments: [TemplateValue] = []
        for operand in command.dropFirst() { arguments.append(try value(of: operand)) }
        if let last { arguments.append(last) }
        return try TemplateFunctions.call(name, arguments)
    }

    private func value(of operand: Operand) throws(TemplateFailure) -> TemplateValue {
        switch operand {
        case .value(let value): return value
        case .dot: return dot
        case .field(let names): return try field(names, of: dot)
        case .variable(let name, let fields):
            return try field(fields, of: variables.last { $0.name == name }?.value ?? .missing)
        case .function(let name): return try TemplateFunctions.call(name, [])
        case .pipeline(let pipeline, let fields): return try field(fields, of: value(of: pipeline))
        }
    }

    private func field(_ names: [String], of start: TemplateValue) throws(TemplateFailure) -> TemplateValue {
        var value = start
        for name in names {
            switch (value, name) {
            case (.labels(let labels), _): value = .string(labels[name] ?? "")
            case (.scope, "Labels"): value = .labels(scope.labels)
            case (.scope, "Value"): value = .number(scope.value)
            case (.scope, "ExternalLabels"): value = .labels(.none)
            case (.scope, "ExternalURL"): value = .string(scope.externalURL)
            default: throw TemplateFailure(reason: "can't evaluate field \(name)")
            }
        }
        return value
    }
}
