// SPDX-License-Identifier: Apache-2.0

/// Where the server listens.
public enum Listener: Hashable, Sendable {
    /// A host name or address; empty for every address. Port 0 takes a free one.
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// From `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `unix:/PATH`; nil when it is none of them.
    public init?(parsing text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/"), path.utf8.count <= 107, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        guard digits.allSatisfy(\.isNumber), let port = Int(digits), (0...65535).contains(port) else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
        self = .tcp(host: String(host), port: port)
    }
}

extension Listener: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
