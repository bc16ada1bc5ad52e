// SPDX-License-Identifier: Apache-2.0
import CCurl

/// Why a request got no answer. A status such as 500 is an answer, not an error.
public struct WebClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as the caller can do something about it.
    public enum Kind: String, Sendable {
        case badURL, resolve, connect, timeout, tls, tooLarge, cancelled, refusedTarget, redirect, secret, other
    }

    public let kind: Kind
    /// libcurl's `CURLcode`; 0 when libcurl was not reached.
    public let code: Int32
    /// What was tried and on what address, what is wrong, and what to do; holds no password, path or query.
    public let description: String

    init(_ kind: Kind, code: CURLcode = CURLE_OK, method: String, address: String, reason: String) {
        self.kind = kind
        self.code = Int32(bitPattern: code.rawValue)
        let number = code == CURLE_OK ? "" : " (curl code \(code.rawValue))"
        description = "cannot \(method) to \(address): \(reason)\(number)\(Self.advice(kind))"
    }

    private static func advice(_ kind: Kind) -> String {
        switch kind {
        case .badURL: "; give a URL such as https://host:port/path"
        case .resolve: "; check the host's name and this host's name servers"
        case .connect: "; check that the server runs, and its address and port"
        case .timeout: "; check the server, or allow it a longer timeout"
        case .tls: "; check the server's certificate and this host's certificate authorities"
        case .tooLarge: "; check that the URL is the one of the interface meant"
        case .refusedTarget: "; check where the name leads, or allow such targets"
        case .redirect: "; give the URL that it leads to"
        case .secret: "; check the file"
        case .cancelled, .other: ""
        }
    }

    /// The kind of a failed transfer; a code this version does not know is `other`.
    static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: .connect
        case CURLE_PROXY: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        default: .other
        }
    }
}
