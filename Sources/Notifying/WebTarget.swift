// SPDX-License-Identifier: Apache-2.0
public import WebClient

/// Where and how a channel's requests go: what all channels over HTTP share.
public struct WebTarget: Sendable {
    /// Who asks.
    public enum Authentication: Hashable, Sendable {
        case basic(user: String, password: Secret)
        /// The `Authorization` header: its scheme, such as `Bearer`, and what follows.
        case token(scheme: String, Secret)
    }

    public var url: Secret
    /// For one attempt as a whole.
    public var timeout: Duration
    /// Further headers, in the order they are sent.
    public var headers: [(String, String)]
    public var authentication: Authentication?
    /// How the server is reached: TLS, proxies, redirects.
    public var client: WebClientSettings

    public init(
        url: Secret, timeout: Duration = .seconds(10), headers: [(String, String)] = [],
        authentication: Authentication? = nil, client: WebClientSettings = WebClientSettings()
    ) {
        self.url = url
        self.timeout = timeout
        self.headers = headers
        self.authentication = authentication
        self.client = client
    }

    /// A request with `body`; reads the files that hold secrets.
    func request(
        _ body: [UInt8], as contentType: String = "application/json", method: String = "POST"
    ) throws(ChannelError) -> WebRequest {
        var request = WebRequest(
            url: try url.url(), method: method, body: body, timeout: timeout, settings: client,
            cutsLongBody: true)
        // A header that is set by hand wins.
        let own = Set(headers.map { $0.0.lowercased() })
        if !own.contains("content-type") { request.headers.append(("Content-Type", contentType)) }
        request.headers += headers
        switch authentication {
        case nil: break
        case .basic(let user, let password)?:
            request.credentials = .basic(user: user, password: try password.read(as: "password"))
        case .token(let scheme, let token)?:
            let token = try token.read(as: "credentials")
            if scheme.lowercased() == "bearer" {
                request.credentials = .bearer(token)
            } else {
                request.headers.append(("Authorization", "\(scheme) \(token)"))
            }
        }
        return request
    }
}
