// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import YAML

extension HTTPRequest: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> HTTPRequest? {
        let method = reader.word("method", Method.self) ?? .post
        let type = reader.value("content_type", expected: "a media type, such as application/json") { text in
            text.contains("/") && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text : nil
        }
        let body = reader.template("body")
        if body == nil, method != .get, method != .delete, reader.value("body") == nil {
            reader.problems.add("\(reader.name): needs body, a template", at: reader.node)
        }
        // No text is a template that cannot be read.
        guard let target = reader.target(), let template = body ?? (try? MessageTemplate(parsing: "")) else {
            return nil
        }
        return HTTPRequest(
            target, method: method, body: CustomBody(template, contentType: type ?? "application/json"))
    }
}
