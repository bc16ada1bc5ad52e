// SPDX-License-Identifier: Apache-2.0

/// One HTTP request: where to, what, and for how long.
public struct WebRequest: Sendable {
    /// Who asks, in the words of the `Authorization` header.
    public enum Credentials: Hashable, Sendable {
        case basic(user: String, password: String)
        case bearer(String)
        case other(type: String, credentials: String)
    }

    /// An `http` or `https` URL; any other scheme is refused.
    public var url: String
    public var method: String
    /// In the order they are sent; a name may come twice.
    public var headers: [(String, String)]
    public var body: [UInt8]
    /// For the whole of it: resolving, connecting, sending and receiving.
    public var timeout: Duration
    /// In place of what the settings say.
    public var credentials: Credentials?
    /// How the server is reached.
    public var settings: WebClientSettings
    /// How many bytes of the answer's body are kept.
    public var bodyLimit: Int
    /// Whether a longer body is cut off; otherwise it is an error of kind `tooLarge`.
    public var cutsLongBody: Bool

    public init(
        url: String, method: String = "GET", headers: [(String, String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(10), credentials: Credentials? = nil,
        settings: WebClientSettings = WebClientSettings(), bodyLimit: Int = 65_536, cutsLongBody: Bool = false
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.credentials = credentials
        self.settings = settings
        self.bodyLimit = bodyLimit
        self.cutsLongBody = cutsLongBody
    }
}

/// What a server answered, whatever its status.
public struct WebResponse: Hashable, Sendable {
    public let status: Int
    /// No longer than the request's `bodyLimit`.
    public let body: [UInt8]
    /// From the `Retry-After` header, whether it gave seconds or a date; nil without one.
    public let retryAfter: Duration?

    public init(status: Int, body: [UInt8] = [], retryAfter: Duration? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}
