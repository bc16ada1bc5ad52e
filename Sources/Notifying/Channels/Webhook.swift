// SPDX-License-Identifier: Apache-2.0
import Files
import WebClient

/// A webhook that gets the body that Alertmanager's webhooks get, version 4.
public struct Webhook: Channel {
    public static let key = "webhook"

    /// Where the URL comes from: a file keeps it out of the configuration, and is read before each message.
    public enum Address: Hashable, Sendable {
        case url(String)
        case file(String)
    }

    public let address: Address
    /// For one attempt as a whole.
    public let timeout: Duration
    private static let longestURL = 65_536

    public init(address: Address, timeout: Duration = .seconds(10)) {
        self.address = address
        self.timeout = timeout
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let url: String
        switch address {
        case .url(let text): url = text
        case .file(let path):
            do {
                let text = try TextFile.read(path, limit: Self.longestURL)
                url = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            } catch {
                throw ChannelError(error.description)
            }
            guard !url.isEmpty else { throw ChannelError("\(path) holds no URL; write it in the first line") }
        }
        let request = WebRequest(
            url: url, method: "POST", headers: [("Content-Type", "application/json")],
            body: WebhookBody(message).json, timeout: timeout, cutsLongBody: true)
        return [.request(request)]
    }
}
