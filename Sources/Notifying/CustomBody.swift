// SPDX-License-Identifier: Apache-2.0
public import Alerting
import FoundationEssentials
import Vocabulary

/// A body by template. One that is to be JSON is checked before it is sent.
public struct CustomBody: Sendable {
    public let template: MessageTemplate
    public let contentType: String

    public init(_ template: MessageTemplate, contentType: String = "application/json") {
        self.template = template
        self.contentType = contentType
    }

    var isJSON: Bool {
        let type = contentType.split(separator: ";").first.map { $0.lowercased() } ?? ""
        return type.hasPrefix("application/json") || type.hasPrefix("text/json") || type.hasSuffix("+json")
    }

    /// The body for `message`. Where the template makes no JSON and should, as a label with a quote may have it, labels and
    /// annotations are escaped for it; where that does not help, or the template fails, it is a plain text that says so, in
    /// JSON under `text`.
    func bytes(for message: Message, complain: @escaping Complain) -> [UInt8] {
        let text: String
        do throws(TemplateFailure) {
            text = try template.expand(message.data())
        } catch {
            complain("body", "the template body fails: \(error.reason)")
            return plain(message, "failed: \(error.reason)")
        }
        let bytes = Array(text.utf8)
        guard isJSON, let reason = Self.reasonNotJSON(bytes) else { return bytes }
        complain(
            "body",
            "the template body makes no JSON of this message: \(reason); "
                + "write label values through toJson, as {{ toJson .CommonLabels.domain }}")
        return escaped(message) ?? plain(message, "made no JSON")
    }

    /// The body with values as they are written between the quotes of a JSON text; nil where that is no JSON either.
    private func escaped(_ message: Message) -> [UInt8]? {
        let data = message.data(escaping: {
            String(decoding: JSON.string($0).bytes.dropFirst().dropLast(), as: UTF8.self)
        })
        // Silence is right: what is wrong with it has been said.
        guard let bytes = (try? template.expand(data)).map({ Array($0.utf8) }), Self.reasonNotJSON(bytes) == nil else {
            return nil
        }
        return bytes
    }

    private func plain(_ message: Message, _ problem: String) -> [UInt8] {
        let text = message.plainText(problem)
        return isJSON ? (["text": .string(text)] as JSON).bytes : Array(text.utf8)
    }

    /// What keeps `bytes` from being JSON; nil when they are.
    static func reasonNotJSON(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return "it is empty" }
        do {
            _ = try JSONDecoder().decode(Anything.self, from: Data(bytes))
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            guard let cause = context.underlyingError else { return context.debugDescription }
            return "\(cause)".cut(to: 200).onOneLine
        } catch {
            return "it cannot be read"
        }
    }

    /// Decodes from everything: the decoder has read the whole text before.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}
