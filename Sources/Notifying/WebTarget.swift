// SPDX-License-Identifier: Apache-2.0
public import WebClient

/// Where and how a channel's requests go: what all channels over HTTP share.
public struct WebTarget: Sendable {
    public var url: Secret
    /// For one attempt as a whole.
    public var timeout: Duration
    /// Further headers, in the order they are sent.
    public var headers: [(String, String)]
    /// How the server is reached: who asks, TLS, proxies, redirects.
    public var client: WebClientSettings

    public init(
        url: Secret, timeout: Duration = .seconds(10), headers: [(String, String)] = [],
        client: WebClientSettings = WebClientSettings()
    ) {
        self.url = url
        self.timeout = timeout
        self.headers = headers
        self.client = client
    }

    /// A request with `body`; reads the file that holds the URL.
    func request(
        _ body: [UInt8], as contentType: String = "application/json", method: String = "POST"
    ) throws(ChannelError) -> WebRequest {
        let address: String
        do throws(SecretError) {
            address = try url.url()
        } catch {
            throw ChannelError(error.description)
        }
        var request = WebRequest(
            url: address, method: method, body: body, timeout: timeout, settings: client, cutsLongBody: true)
        // A header that is set by hand wins.
        let own = Set(headers.map { $0.0.lowercased() })
        if !own.contains("content-type") { request.headers.append(("Content-Type", contentType)) }
        request.headers += headers
        return request
    }
}
