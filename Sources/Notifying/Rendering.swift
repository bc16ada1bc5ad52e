// SPDX-License-Identifier: Apache-2.0
import Alerting

/// Makes the texts of one message, whose data it puts together once.
struct Rendering {
    let message: Message
    private let data: NotificationData
    private let escape: ((String) -> String)?
    private let complain: Complain

    /// `complain` is told of templates that fail.
    init(_ message: Message, escaping escape: ((String) -> String)? = nil, complain: @escaping Complain) {
        self.message = message
        self.escape = escape
        self.complain = complain
        data = message.data(escaping: escape)
    }

    /// The text of the template of the setting `key`; one that fails at run time is replaced by a plain text that says
    /// so, as people must be told all the same.
    func text(_ template: MessageTemplate, of key: String) -> String {
        do throws(TemplateFailure) {
            return try template.expand(data)
        } catch {
            complain(key, "the template \(key) fails: \(error.reason)")
            let text = message.plainText("failed: \(error.reason)")
            return escape?(text) ?? text
        }
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
