// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A URL that libcurl's own parser has read, so that what was checked is what is fetched.
struct Address {
    /// The whole URL, with its secrets.
    let url: String
    /// `scheme://host:port`, and `/…` for what follows: passwords, queries, and the paths of many webhooks are secret.
    let shown: String
    let scheme: String
    let host: String
    let port: String

    /// Whom a secret is meant for.
    var origin: String { "\(scheme)://\(host.lowercased()):\(port)" }

    /// Why a text is no usable URL.
    struct Refusal: Error {
        let reason: String
    }

    static let longest = 8_192

    init(_ text: String) throws(Refusal) {
        guard text.utf8.count <= Self.longest else { throw Refusal(reason: "it is longer than \(Self.longest) bytes") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Refusal(reason: "it holds a space or a control character")
        }
        guard let parser = curl_url() else { throw Refusal(reason: "out of memory") }
        defer { curl_url_cleanup(parser) }
        let code = curl_url_set(parser, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else { throw Refusal(reason: String(cString: curl_url_strerror(code))) }
        let scheme = Self.part(CURLUPART_SCHEME, of: parser) ?? ""
        guard scheme == "http" || scheme == "https" else {
            throw Refusal(reason: "its scheme is \"\(scheme.prefix(32))\", not http or https")
        }
        guard let whole = Self.part(CURLUPART_URL, of: parser), let host = Self.part(CURLUPART_HOST, of: parser) else {
            throw Refusal(reason: "it names no host")
        }
        let given = Self.part(CURLUPART_PORT, of: parser)
        let path = Self.part(CURLUPART_PATH, of: parser) ?? "/"
        let hidden = path != "/" || Self.part(CURLUPART_QUERY, of: parser) != nil
        url = whole
        shown = "\(scheme)://\(host)\(given.map { ":\($0)" } ?? "")/\(hidden ? "…" : "")"
        self.scheme = scheme
        self.host = host
        port = given ?? (scheme == "https" ? "443" : "80")
    }

    /// The URL with the name that the server's certificate must hold, in which libcurl looks for it.
    func named(_ serverName: String?) -> String {
        guard scheme == "https", let serverName, let parser = curl_url() else { return url }
        defer { curl_url_cleanup(parser) }
        guard curl_url_set(parser, CURLUPART_URL, url, 0) == CURLUE_OK,
            curl_url_set(parser, CURLUPART_HOST, serverName, 0) == CURLUE_OK
        else { return url }
        return Self.part(CURLUPART_URL, of: parser) ?? url
    }

    /// Where a server with that name is looked for (CURLOPT_CONNECT_TO): here.
    func route(for serverName: String?) -> String? {
        guard scheme == "https", let serverName else { return nil }
        return "\(serverName):\(port):\(host):\(port)"
    }

    private static func part(_ part: CURLUPart, of parser: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

/// What a URL's text may show of where it leads.
public enum WebAddress {
    /// `host:port`, without user, password, path and query; nil when `url` is no http or https URL.
    public static func hostAndPort(of url: String) -> String? {
        // Silence is right: the answer says that it is none.
        (try? Address(url)).map { "\($0.host):\($0.port)" }
    }
}
