// SPDX-License-Identifier: Apache-2.0
public import Alerting
public import WebClient

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

    public var destination: WebTarget? { target }

    public func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
        let bytes = body?.bytes(for: message, complain: complain) ?? WebhookBody.bytes(of: message)
        return [.request(try target.request(bytes))]
    }
}
