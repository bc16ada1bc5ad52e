// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A URL that libcurl's own parser has read, so that what was checked is what is fetched.
struct Address {
    /// The whole URL, with its secrets.
    let url: String
    /// `scheme://host:port`, and `/…` for what follows: passwords, queries, and the paths of many webhooks are secret.
    let shown: String

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
        let port = Self.part(CURLUPART_PORT, of: parser).map { ":\($0)" } ?? ""
        let path = Self.part(CURLUPART_PATH, of: parser) ?? "/"
        let hidden = path != "/" || Self.part(CURLUPART_QUERY, of: parser) != nil
        url = whole
        shown = "\(scheme)://\(host)\(port)/\(hidden ? "…" : "")"
    }

    private static func part(_ part: CURLUPart, of parser: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
