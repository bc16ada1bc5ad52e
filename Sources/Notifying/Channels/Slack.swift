// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary
public import WebClient

/// An incoming webhook of Slack, or of what speaks as it does.
///
/// Source: Slack's "incoming webhooks" and "legacy attachments". `&`, `<` and `>` in label values are escaped, so that
/// a domain's name can neither make a link nor call a channel.
public struct Slack: Channel {
    public static let key = "slack"
    /// Upstream's cut; and what is still read in a text.
    static let longestTitle = 1024
    static let longestText = 8000
    public static let mostFields = 20

    public struct Field: Sendable {
        public let title: String
        public let value: MessageTemplate
        public let isShort: Bool

        public init(title: String, value: MessageTemplate, isShort: Bool = true) {
            self.title = title
            self.value = value
            self.isShort = isShort
        }
    }

    public var target: WebTarget
    /// Another channel than the webhook's own.
    public var channel: String?
    public var title = MessageTexts.title
    public var text = MessageTexts.list
    /// Where the title leads.
    public var link = MessageTexts.externalURL
    /// nil for a colour by status and severity.
    public var color: MessageTemplate?
    public var fields: [Field] = []

    public init(_ target: WebTarget) {
        self.target = target
    }

    public var destination: WebTarget? { target }

    public func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
        let plain = Rendering(message, complain: complain)
        let safe = Rendering(message, escaping: Self.escaped, complain: complain)
        let title = safe.text(title, of: "title").cut(to: Self.longestTitle).onOneLine
        let text = safe.text(text, of: "text").cut(to: Self.longestText)
        var attachment: [(String, JSON)] = [
            ("title", .string(title)), ("text", .string(text)),
            ("fallback", .string(title)), ("color", .string(color(plain))),
            ("mrkdwn_in", ["text", "fields"]),
        ]
        let link = plain.text(link, of: "link")
        if Secret.isURL(link), link.utf8.count <= 2048 { attachment.append(("title_link", .string(link))) }
        let fields = fields.enumerated().map { index, field in
            let value = safe.text(field.value, of: "fields[\(index)].value").cut(to: Self.longestTitle)
            return ["title": .string(field.title), "value": .string(value), "short": .bool(field.isShort)] as JSON
        }
        if !fields.isEmpty { attachment.append(("fields", .array(fields))) }
        let channel: [(String, JSON)] = channel.map { [("channel", .string($0))] } ?? []
        let body = JSON.object(channel + [("attachments", [.object(attachment)])])
        return [.request(try target.request(body.bytes))]
    }

    private func color(_ plain: Rendering) -> String {
        if let color { return plain.text(color, of: "color").onOneLine.cut(to: 20) }
        return switch Gravity(of: plain.message) {
        case .resolved: "good"
        case .info: "#439FE0"
        case .warning: "warning"
        case .critical: "danger"
        }
    }

    /// Only `ok` is success: some refusals come with status 200. What is said is one of Slack's words; a page of something
    /// else may repeat the URL.
    public func verdict(on response: WebResponse) -> Verdict {
        let text = String(decoding: response.body.prefix(200), as: UTF8.self)
        let isWord = text.utf8.count <= 80 && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        let said = text.isEmpty || !isWord ? "" : " with \"\(text)\""
        switch response.status {
        case 200..<300:
            let isTaken =
                text == "ok" || text.contains("\"ok\":true") || text.contains("\"success\":true") || text.isEmpty
            return isTaken ? .told : .refused(reason: "it answered \(response.status)\(said) in place of ok")
        case 408, 429, 500...: return .again(reason: "it answered \(response.status)", retryAfter: response.retryAfter)
        case 413: return .tooMuch(reason: "it answered 413")
        default:
            return .refused(reason: "it answered \(response.status)\(said)")
        }
    }

    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
