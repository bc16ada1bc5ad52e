// SPDX-License-Identifier: Apache-2.0
public import Alerting
import WebClient
import Vocabulary

/// A workflow of Microsoft Teams that posts what its webhook gets: a message with an adaptive card.
///
/// Source: Microsoft's "Create incoming webhooks with Workflows" and the schema of adaptive cards 1.4. A message may
/// have 28 kB. Brackets in label values are escaped, so that a domain's name makes no link.
public struct Teams: Channel {
    public static let key = "teams"
    static let longestTitle = 1024
    static let longestBody = 27_000

    public var target: WebTarget
    public var title = MessageTexts.title
    public var text = MessageTexts.list
    /// Where the button leads.
    public var link = MessageTexts.externalURL

    public init(_ target: WebTarget) {
        self.target = target
    }

    public var destination: WebTarget? { target }

    public func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
        let safe = Rendering(message, escaping: Self.escaped, complain: complain)
        let title = safe.text(title, of: "title").onOneLine.cut(to: Self.longestTitle)
        let link = Rendering(message, complain: complain).text(link, of: "link")
        // A single line feed is a space in a card's text.
        let text = safe.text(text, of: "text").split(separator: "\n").joined(separator: "\n\n")
        var length = 8000
        var body = card(title, text.cut(to: length), link, message).bytes
        while body.count > Self.longestBody, length > 100 {
            length /= 2
            body = card(title, text.cut(to: length), link, message).bytes
        }
        return [.request(try target.request(body))]
    }

    private func card(_ title: String, _ text: String, _ link: String, _ message: Message) -> JSON {
        var content: [(String, JSON)] = [
            ("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"), ("type", "AdaptiveCard"),
            ("version", "1.4"),
            (
                "body",
                [
                    [
                        "type": "TextBlock", "text": .string(title), "size": "Large", "weight": "Bolder", "wrap": true,
                        "color": .string(color(of: message)),
                    ],
                    ["type": "TextBlock", "text": .string(text), "wrap": true],
                ]
            ),
            ("msteams", ["width": "Full"]),
        ]
        if Secret.isURL(link), link.utf8.count <= 2048 {
            content.append(("actions", [["type": "Action.OpenUrl", "title": "Open", "url": .string(link)]]))
        }
        return [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
                    "content": .object(content),
                ]
            ],
        ]
    }

    private func color(of message: Message) -> String {
        switch Gravity(of: message) {
        case .resolved: "Good"
        case .info: "Accent"
        case .warning: "Warning"
        case .critical: "Attention"
        }
    }

    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "[" || scalar == "]" { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}
