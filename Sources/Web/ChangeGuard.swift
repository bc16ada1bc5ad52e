// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Who may change something, as the settings have it.
public struct ChangeRules: Hashable, Sendable {
    /// Whether it may come over the network: nobody has to say who he is.
    public var fromAnywhere: Bool
    /// Names by which people reach the agent, beside `localhost` and addresses.
    public var hosts: Set<String>

    public init(fromAnywhere: Bool = false, hosts: Set<String> = []) {
        self.fromAnywhere = fromAnywhere
        self.hosts = hosts
    }
}

/// Decides whether a request that changes something may pass: from this host alone, and never sent by a page of another
/// site that a browser shows.
///
/// A browser sends neither JSON nor DELETE to another site without asking it first, and no answer here says yes. It says
/// `Origin` with either; a site whose name was made to lead here has its own name in `Host`.
struct ChangeGuard: Sendable {
    let isLocal: Bool
    let isUnix: Bool
    let isPost: Bool
    let contentType: String
    let origins: [String]
    let host: String
    let site: String?

    init(_ head: HTTPRequestHead, listener: SocketAddress?) {
        isUnix = listener?.pathname != nil && listener?.port == nil
        // What a proxy on this host passes on comes from elsewhere.
        let isPassedOn = ["Forwarded", "X-Forwarded-For", "Via"].contains { head.headers.contains(name: $0) }
        isLocal = !isPassedOn && (isUnix || listener?.ipAddress.map(Self.isLoopback) == true)
        isPost = head.method == .POST
        contentType = head.headers.first(name: "Content-Type")?.split(separator: ";").first?.lowercased() ?? ""
        origins = head.headers["Origin"]
        host = head.headers.first(name: "Host")?.lowercased() ?? ""
        site = head.headers.first(name: "Sec-Fetch-Site")?.lowercased()
    }

    /// Why it may not pass, one sentence.
    func refusal(_ rules: ChangeRules) -> String? {
        guard isLocal || rules.fromAnywhere else {
            return "Nothing can be changed through this address, which the network reaches: ask at one of 127.0.0.1 or "
                + "a unix socket (web.listen), or set web.allow_changes to true."
        }
        if isPost, contentType.trimmed != "application/json" {
            return "A change must have the Content-Type application/json."
        }
        guard origins.allSatisfy({ $0.lowercased() == "http://\(host)" || $0.lowercased() == "https://\(host)" }),
            site.map({ ["same-origin", "none"].contains($0) }) ?? true
        else { return "Nothing can be changed by a page of another site." }
        guard isUnix || isKnown(rules) || (origins.isEmpty && rules.fromAnywhere) else {
            return "Nothing can be changed under this name: ask at the agent's address, or name it in web.external_url."
        }
        return nil
    }

    private func isKnown(_ rules: ChangeRules) -> Bool {
        let name = Self.name(host)
        return name == "localhost" || rules.hosts.contains(name)
            || (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }

    /// Without the port, and the brackets of an IPv6 address.
    private static func name(_ host: String) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        return String(host.prefix { $0 != ":" })
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
