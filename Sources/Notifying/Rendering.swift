// SPDX-License-Identifier: Apache-2.0
import Alerting

/// Makes the texts of one message, whose data it puts together once.
struct Rendering {
    let message: Message
    private let data: NotificationData
    private let escape: ((String) -> String)?

    init(_ message: Message, escaping escape: ((String) -> String)? = nil) {
        self.message = message
        self.escape = escape
        data = message.data(escaping: escape)
    }

    /// The template's text; one that fails at run time is replaced by a plain text that says so, as people must be told
    /// all the same.
    func text(_ template: MessageTemplate) -> String {
        do throws(TemplateFailure) {
            return try template.expand(data)
        } catch {
            return failed(error)
        }
    }

    func failed(_ failure: TemplateFailure) -> String {
        let text = "\(message.plainText) (a template of receiver \(message.receiver) failed: \(failure.reason))"
        return escape?(text) ?? text
    }
}

extension MessageTemplate {
    /// A template of this package's own.
    init(builtIn text: String) {
        do throws(TemplateError) {
            try self.init(parsing: text)
        } catch {
            preconditionFailure("\(error.description): \(text)")
        }
    }
}
