// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// A text of a message with `{{ … }}` in it: Go's text/template over Alertmanager's notification data, with
/// Alertmanager's functions, those of Prometheus that need no series, and `toJson`.
public struct MessageTemplate: Sendable {
    private let template: Template

    /// Parses `text`; what only an expansion can tell does not fail here.
    public init(parsing text: String) throws(TemplateError) {
        template = try Template(parsing: text, as: .message)
    }

    public var text: String { template.text }

    /// The result, up to 1 MiB. Bounded in time whatever the labels hold.
    public func expand(_ data: NotificationData) throws(TemplateFailure) -> String {
        var scope = TemplateScope(labels: .none, value: 0)
        scope.message = data.value
        var run = TemplateRun(template.tree, scope)
        return try run.result()
    }
}
