// SPDX-License-Identifier: Apache-2.0
import Files
public import WebClient

/// Where a channel sends its requests, and how that server is reached.
public struct Endpoint: Hashable, Sendable {
    /// Where the URL comes from: a file keeps it out of the configuration, and is read before each message.
    public enum Address: Hashable, Sendable {
        case url(String)
        case file(String)
    }

    public let address: Address
    /// For one attempt as a whole.
    public let timeout: Duration
    public let client: WebClientSettings
    private static let longestURL = 65_536

    public init(
        address: Address, timeout: Duration = .seconds(10), client: WebClientSettings = WebClientSettings()
    ) {
        self.address = address
        self.timeout = timeout
        self.client = client
    }

    /// A POST of `json`.
    func post(_ json: [UInt8]) throws(ChannelError) -> Parcel {
        let url: String
        switch address {
        case .url(let text): url = text
        case .file(let path): url = try Self.firstLine(of: path, holding: "URL")
        }
        return .request(
            WebRequest(
                url: url, method: "POST", headers: [("Content-Type", "application/json")], body: json,
                timeout: timeout, settings: client, cutsLongBody: true))
    }

    /// The first line of a file that holds a secret.
    static func firstLine(of path: String, holding what: String) throws(ChannelError) -> String {
        let text: String
        do {
            text = try TextFile.read(path, limit: longestURL)
        } catch {
            throw ChannelError(error.description)
        }
        guard let line = text.split(whereSeparator: \.isNewline).first, !line.isEmpty else {
            throw ChannelError("\(path) holds no \(what); write it in the first line")
        }
        return String(line)
    }
}
