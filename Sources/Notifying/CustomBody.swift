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

    /// The body for `message`. Where the template fails at run time, a plain text that says so, in JSON under `text`.
    func bytes(for message: Message) throws(ChannelError) -> [UInt8] {
        let text: String
        do throws(TemplateFailure) {
            text = try template.expand(message.data())
        } catch {
            let plain = Rendering(message).failed(error)
            return isJSON ? (["text": .string(plain)] as JSON).bytes : Array(plain.utf8)
        }
        let bytes = Array(text.utf8)
        if isJSON, let reason = Self.reasonNotJSON(bytes) {
            throw ChannelError(
                "the template of its body makes no JSON of this message: \(reason); "
                    + "write label values through toJson, as {{ toJson .CommonLabels.domain }}",
                isFinal: true)
        }
        return bytes
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
