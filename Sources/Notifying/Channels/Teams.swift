// SPDX-License-Identifier: Apache-2.0

/// A Microsoft Teams workflow that takes messages: one adaptive card a message.
///
/// Source: Microsoft's documentation of workflows' "when a Teams webhook request is received".
public struct Teams: Channel {
    public static let key = "teams"
    public let endpoint: Endpoint

    public init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    private struct Body: Encodable {
        let type = "message"
        let attachments: [Attachment]
    }

    private struct Attachment: Encodable {
        let contentType = "application/vnd.microsoft.card.adaptive"
        let content: Card
    }

    private struct Card: Encodable {
        let type = "AdaptiveCard"
        let version = "1.4"
        let body: [Block]
        let actions: [Action]

        enum CodingKeys: String, CodingKey {
            case type, version, body, actions
            case schema = "$schema"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("http://adaptivecards.io/schemas/adaptive-card.json", forKey: .schema)
            try container.encode(type, forKey: .type)
            try container.encode(version, forKey: .version)
            try container.encode(body, forKey: .body)
            try container.encode(actions, forKey: .actions)
        }
    }

    private struct Block: Encodable {
        let type = "TextBlock"
        let text: String
        let wrap = true
        var weight: String?
        var color: String?
    }

    private struct Action: Encodable {
        let type = "Action.OpenUrl"
        let title = "virtwarden"
        let url: String
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let headline = Headline(message)
        let title = Block(
            text: Self.escaped(headline.title).cut(to: 1024), weight: "bolder",
            color: message.isFiring ? "attention" : "good")
        let card = Card(
            body: [title] + headline.lines.map { Block(text: Self.escaped($0)) },
            actions: message.externalURL.isEmpty ? [] : [Action(url: message.externalURL)])
        return [try endpoint.post(Body(attachments: [Attachment(content: card)]).asJSON)]
    }

    /// A text block reads Markdown: no label's value may make links.
    private static func escaped(_ text: String) -> String {
        text.map { "\\`*_[]()#!|~<>".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
