// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Why a text is no template.
struct TemplateError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = "cannot read the template: \(description)"
    }
}

/// What a template can read.
struct TemplateScope: Sendable {
    let labels: Labels
    let value: Double
    let externalURL: String
}

/// A text with `{{ … }}` in it, in the part of Go's text/template that rule files use: fields, variables, pipelines,
/// `if`, `with`, comments, trimming, and the functions in `TemplateFunctions`.
struct Template: Sendable {
    /// The longest result, in bytes.
    static let longestResult = 65_536

    let text: String
    private let nodes: [TemplateNode]

    /// Parses `text`; what only an evaluation can tell does not fail here.
    init(parsing text: String) throws(TemplateError) {
        self.text = text
        nodes = try TemplateParser.parse(text)
    }

    /// A text that is taken as it is.
    init(plain text: String) {
        self.text = text
        nodes = [.text(text)]
    }

    /// The result; one that fails says so in its place, so that the alert still fires.
    func expand(_ scope: TemplateScope) -> String {
        var run = TemplateRun(scope: scope)
        do throws(TemplateFailure) {
            try run.execute(nodes)
            return run.output
        } catch {
            return "<error expanding template: \(error.reason)>"
        }
    }
}

/// Why a template could not be expanded.
struct TemplateFailure: Error {
    let reason: String
}

/// A part of a template.
indirect enum TemplateNode: Sendable {
    case text(String)
    /// Prints the pipeline's value, or gives it to a variable.
    case action(Pipeline, variable: String?)
    case condition([(Pipeline, [TemplateNode])], otherwise: [TemplateNode])
    case with(Pipeline, [TemplateNode], otherwise: [TemplateNode])
}

/// Commands, each of which gets the value of the one before as its last argument.
struct Pipeline: Sendable {
    let commands: [[Operand]]
}

/// One word of a command.
indirect enum Operand: Sendable {
    case value(TemplateValue)
    case dot
    case field([String])
    case variable(String, fields: [String])
    case function(String)
    case pipeline(Pipeline, fields: [String])
}

/// What templates compute with.
enum TemplateValue: Hashable, Sendable {
    case missing
    case bool(Bool)
    case int(Int)
    case number(Double)
    case string(String)
    case labels(Labels)
    /// `.` at the top.
    case scope

    /// Go's idea of truth: not false, zero, empty or nil.
    var isTrue: Bool {
        switch self {
        case .missing: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .number(let value): value != 0
        case .string(let text): !text.isEmpty
        case .labels(let labels): !labels.isEmpty
        case .scope: true
        }
    }
}
