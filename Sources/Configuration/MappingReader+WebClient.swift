// SPDX-License-Identifier: Apache-2.0
import Vocabulary
import WebClient
import YAML

/// The settings of HTTP clients, under the keys that Prometheus and Alertmanager give them (`http_config`).
extension MappingReader {
    static var webClientKeys: [String] {
        [
            "basic_auth", "authorization", "tls_config", "proxy_url", "no_proxy", "proxy_from_environment",
            "follow_redirects", "refuse_targets",
        ]
    }

    /// Reads `webClientKeys` from among the keys of this mapping.
    mutating func webClientSettings() -> WebClientSettings {
        var settings = WebClientSettings()
        settings.authorization = authorization()
        if var reader = mapping("tls_config") {
            settings.tls = reader.tls()
            reader.end()
        }
        settings.proxy = proxy()
        settings.followsRedirects = bool("follow_redirects") ?? false
        let kinds = AddressKind.allCases.map(\.rawValue).joined(separator: ", ")
        for text in strings("refuse_targets") ?? [] {
            if let kind = AddressKind(rawValue: text) {
                settings.refusedTargets.insert(kind)
            } else {
                complain("refuse_targets", "expected a list of \(kinds), found \"\(text.prefix(80))\"")
            }
        }
        return settings
    }

    /// As `value`, for what may hold a password: a problem does not show what was found.
    mutating func hidden<T>(_ key: String, expected: String, _ parse: (String) -> T?) -> T? {
        guard let text = string(key) else { return nil }
        if let value = parse(text) { return value }
        complain(key, "expected \(expected)")
        return nil
    }

    private mutating func authorization() -> WebClientSettings.Authorization? {
        var found: WebClientSettings.Authorization?
        if var reader = mapping("basic_auth") {
            let user = reader.secret("username")
            // No password at all is an empty one, as in Prometheus.
            let password = reader.secret("password", isRequired: false) ?? .text("")
            if let user { found = .basic(user: user, password: password) }
            reader.end()
        }
        guard var reader = mapping("authorization") else { return found }
        if found != nil { complain("authorization", "basic_auth is there too; keep one of them") }
        let type = reader.value("type", expected: "a word, as Bearer") { text in
            text.isEmpty || text.utf8.contains { !(0x21...0x7E).contains($0) } ? nil : text
        }
        if type?.lowercased() == "basic" { reader.complain("type", "give user and password as basic_auth") }
        if let credentials = reader.secret("credentials") {
            found = .other(type: type ?? "Bearer", credentials: credentials)
        }
        reader.end()
        return found
    }

    /// The text of `key`, or the file of `key_file`; never shown. nil when neither is there: `isRequired` makes that a
    /// problem.
    mutating func secret(_ key: String, isRequired: Bool = true) -> Secret? {
        let text = value(key) == nil ? nil : isRequired ? required(key) : string(key)
        let file = path(of: "\(key)_file")
        switch (text, file) {
        case (let text?, nil): return .text(text)
        case (nil, let file?): return .file(file)
        case (.some, .some):
            complain("\(key)_file", "\(key) is there too; keep one of them")
            return nil
        case (nil, nil):
            if isRequired, value(key) == nil, value("\(key)_file") == nil {
                problems.add("\(name): needs \(key) or \(key)_file", at: node)
            }
            return nil
        }
    }

    private mutating func tls() -> WebClientSettings.TLS {
        var tls = WebClientSettings.TLS()
        tls.authorityFile = path(of: "ca_file")
        tls.certificateFile = path(of: "cert_file")
        tls.keyFile = path(of: "key_file")
        if (tls.certificateFile == nil) != (tls.keyFile == nil) {
            problems.add("\(name): cert_file and key_file go together", at: node)
        }
        tls.serverName = value("server_name", expected: "a host's name") { text in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            return isName && !text.isEmpty ? text : nil
        }
        tls.oldestVersion = word("min_version", WebClientSettings.TLSVersion.self) ?? .tls12
        tls.skipsVerification = bool("insecure_skip_verify") ?? false
        return tls
    }

    private mutating func proxy() -> WebClientSettings.Proxy {
        let url = hidden("proxy_url", expected: "a URL that begins with http://, https://, socks5:// or socks5h://") {
            text in
            ["http://", "https://", "socks5://", "socks5h://"].contains { text.hasPrefix($0) } ? text : nil
        }
        let exceptions = string("no_proxy")
        let takesEnvironment = bool("proxy_from_environment")
        if let url {
            if takesEnvironment == true {
                complain("proxy_from_environment", "proxy_url is there too; keep one of them")
            }
            return .url(url, exceptFor: exceptions)
        }
        if exceptions != nil { complain("no_proxy", "goes with proxy_url, which is missing") }
        return takesEnvironment == false ? .none : .environment
    }
}
