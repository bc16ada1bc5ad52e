// SPDX-License-Identifier: Apache-2.0
public import Alerting

/// A webhook that gets the body that Alertmanager's webhooks get, version 4, or one by template.
public struct Webhook: Channel {
    public static let key = "webhook"

    public var target: WebTarget
    /// In place of version 4; JSON too.
    public var body: CustomBody?

    public init(_ target: WebTarget, body: MessageTemplate? = nil) {
        self.target = target
        self.body = body.map { CustomBody($0) }
    }

    public init(address: Secret, timeout: Duration = .seconds(10)) {
        self.init(WebTarget(url: address, timeout: timeout))
    }

    public var templates: [(key: String, template: MessageTemplate)] {
        body.map { [("body", $0.template)] } ?? []
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let bytes: [UInt8]
        if let body { bytes = try body.bytes(for: message) } else { bytes = WebhookBody.bytes(of: message) }
        return [.request(try target.request(bytes))]
    }
}
