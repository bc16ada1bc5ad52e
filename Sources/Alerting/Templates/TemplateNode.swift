// SPDX-License-Identifier: Apache-2.0

/// A parsed template: what it prints, and the templates that it defines.
struct TemplateTree: Sendable {
    var main: [TemplateNode]
    var named: [String: [TemplateNode]]
}

/// A part of a template.
indirect enum TemplateNode: Sendable {
    case text(String)
    /// Prints the pipeline's value, unless it declares or sets variables.
    case action(Pipeline)
    case condition([(Pipeline, [TemplateNode])], otherwise: [TemplateNode])
    case with([(Pipeline, [TemplateNode])], otherwise: [TemplateNode])
    case range(Pipeline, [TemplateNode], otherwise: [TemplateNode])
    case template(String, Pipeline?)
    case breaking, continuing
}

/// Commands, each of which gets the value of the one before as its last argument.
struct Pipeline: Sendable {
    /// Variables that get the value; in a `range`, up to two that get index and element.
    var variables: [String] = []
    /// `=` in place of `:=`: the variables are there already.
    var isAssignment = false
    var commands: [[Operand]] = []
}

/// One word of a command.
indirect enum Operand: Sendable {
    case value(TemplateValue)
    case dot
    case field([String])
    case variable(String, fields: [String])
    case function(String)
    case pipeline(Pipeline, fields: [String])

    /// Whether it can take the value of a command before it.
    var isExecutable: Bool {
        switch self {
        case .value, .dot: false
        case .field, .variable, .function, .pipeline: true
        }
    }
}
