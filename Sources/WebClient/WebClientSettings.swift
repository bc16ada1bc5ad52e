// SPDX-License-Identifier: Apache-2.0

/// How servers are reached: who asks, whom they trust, through what. The same for many requests; holds no open thing.
///
/// Files are read before each request, so that a secret or a certificate that is replaced is used at once.
public struct WebClientSettings: Hashable, Sendable {
    /// What the `Authorization` header says.
    public enum Authorization: Hashable, Sendable {
        case basic(user: Secret, password: Secret)
        /// `type`, as `Bearer`, and what follows it.
        case other(type: String, credentials: Secret)
    }

    /// The oldest version of TLS that is spoken.
    public enum TLSVersion: String, CaseIterable, Sendable {
        case tls10 = "TLS10"
        case tls11 = "TLS11"
        case tls12 = "TLS12"
        case tls13 = "TLS13"
    }

    public struct TLS: Hashable, Sendable {
        /// Certificates of the authorities that are trusted, in PEM; the system's when nil.
        public var authorityFile: String?
        /// The client's own certificate and key, in PEM.
        public var certificateFile: String?
        public var keyFile: String?
        /// The name that the server's certificate must hold, when it is not the one in the URL.
        public var serverName: String?
        public var oldestVersion = TLSVersion.tls12
        /// Whether any certificate will do: then anyone on the way can read and answer.
        public var skipsVerification = false

        public init() {}
    }

    public enum Proxy: Hashable, Sendable {
        /// What `http_proxy`, `https_proxy` and `no_proxy` of the environment say.
        case environment
        case none
        /// A proxy, and the hosts that are reached without it, parted by commas. Its URL may hold a password.
        case url(String, exceptFor: String?)
    }

    public var authorization: Authorization?
    public var tls = TLS()
    public var proxy = Proxy.environment
    /// Whether up to five redirects are followed; see `Redirect`.
    public var followsRedirects = false
    /// Addresses of these kinds are not connected to, whatever name led there. With a proxy it is the proxy's address that
    /// counts, since the proxy looks up the name.
    public var refusedTargets: Set<AddressKind> = []

    public init() {}

    /// What is so unsafe in these settings that it should be said at each start; nil when nothing is.
    public var warning: String? {
        tls.skipsVerification
            ? "tls_config.insecure_skip_verify is true: anyone on the way can read and change what is sent, and learn "
                + "its secrets" : nil
    }
}
