// SPDX-License-Identifier: Apache-2.0
public import WebClient

/// A Slack incoming webhook: one attachment a message, coloured by what it says.
///
/// Source: Slack's documentation of incoming webhooks; texts are cut at 1,024 characters, as Alertmanager does.
public struct Slack: Channel {
    public static let key = "slack"
    public let endpoint: Endpoint
    /// In place of the webhook's own channel, for webhooks that allow it.
    public let channel: String?

    private static let longestTitle = 1024
    private static let longestText = 3000

    public init(_ endpoint: Endpoint, channel: String? = nil) {
        self.endpoint = endpoint
        self.channel = channel
    }

    private struct Body: Encodable {
        let channel: String?
        let attachments: [Attachment]
    }

    private struct Attachment: Encodable {
        let title: String
        let title_link: String?
        let text: String
        let fallback: String
        let color: String
        let mrkdwn_in: [String]
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let headline = Headline(message)
        let title = Self.escaped(headline.title).cut(to: Self.longestTitle)
        let text = headline.lines.map(Self.escaped).joined(separator: "\n").cut(to: Self.longestText)
        let attachment = Attachment(
            title: title, title_link: message.externalURL.isEmpty ? nil : message.externalURL, text: text,
            fallback: title, color: message.isFiring ? "danger" : "good", mrkdwn_in: [])
        return [try endpoint.post(Body(channel: channel, attachments: [attachment]).asJSON)]
    }

    /// Slack reads `<…>` as links and mentions: no label's value may call a whole channel.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }

    /// Slack may say what is wrong in an answer of 200: `{"ok":false,"error":"…"}`.
    public func verdict(on response: WebResponse) -> Verdict {
        guard 200..<300 ~= response.status else { return HTTPVerdict.verdict(on: response) }
        let text = String(decoding: response.body.prefix(500), as: UTF8.self)
        return text.contains("\"ok\":false") ? .refused(reason: "it answered \(response.status) with an error") : .told
    }
}
