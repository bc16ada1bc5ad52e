// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Why a text is no template.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = "cannot read the template: \(description)"
    }
}

/// What a template can read.
struct TemplateScope: Sendable {
    typealias Querying = @Sendable (String) throws(TemplateFailure) -> [VectorSample]

    var labels: Labels
    var value: Double
    var externalLabels = Labels.none
    var externalURL = ""
    /// When the rule is evaluated.
    var time = Timestamp(milliseconds: 0)
    /// Evaluates PromQL at that time; nil where there is nothing to read from.
    var query: Querying?
    /// What `.` is in a message's template, which sees nothing else.
    var message: TemplateValue?

    /// A message holds many alerts.
    var longestResult: Int { message == nil ? Template.longestResult : 16 * Template.longestResult }
    var mostSteps: Int { message == nil ? TemplateRun.mostSteps : 10 * TemplateRun.mostSteps }
}

/// Where a template stands: what it may name differs.
enum TemplateKind {
    case rule, message

    var variables: [String] {
        self == .rule ? ["$", "$labels", "$value", "$externalLabels", "$externalURL"] : ["$"]
    }
    var functions: Set<String> { self == .rule ? TemplateFunctions.names : TemplateFunctions.messageNames }
}

/// A text with `{{ … }}` in it: Go's text/template with the functions that Prometheus gives to rule files.
struct Template: Sendable {
    /// The longest text, and the longest result, in bytes.
    static let longestResult = 65_536

    let text: String
    let tree: TemplateTree

    /// Parses `text`; what only an evaluation can tell does not fail here.
    init(parsing text: String, as kind: TemplateKind = .rule) throws(TemplateError) {
        self.text = text
        tree = try TemplateParser.parse(text, as: kind)
    }

    /// A text that is taken as it is.
    init(plain text: String) {
        self.text = text
        tree = TemplateTree(main: [.text(text)], named: [:])
    }

    /// The result; one that fails says so in its place, so that the alert still fires.
    func expand(_ scope: TemplateScope) -> String {
        var run = TemplateRun(tree, scope)
        do throws(TemplateFailure) {
            return try run.result()
        } catch {
            return "<error expanding template: \(error.reason)>"
        }
    }
}

/// Why a template could not be expanded.
public struct TemplateFailure: Error, Hashable, Sendable {
    public let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
