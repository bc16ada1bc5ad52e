// SPDX-License-Identifier: Apache-2.0

/// A webhook that gets the body that Alertmanager's webhooks get, version 4.
public struct Webhook: Channel {
    public static let key = "webhook"
    public let endpoint: Endpoint

    public init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        [try endpoint.post(WebhookBody(message).json)]
    }
}
