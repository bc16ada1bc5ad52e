// SPDX-License-Identifier: Apache-2.0
import Files

/// A text that must not be seen: a URL with a token in it, a key, a password. It prints as `<hidden>`.
public enum Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case text(String)
    /// The first line of a file, which keeps it out of the configuration; read anew before each message.
    case file(String)

    private static let longest = 65_536

    public static func url(_ text: String) -> Secret { .text(text) }

    public var description: String {
        if case .file(let path) = self { "<in \(path)>" } else { "<hidden>" }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The text; `what` completes "holds no …".
    func read(as what: String) throws(ChannelError) -> String {
        guard case .file(let path) = self else {
            if case .text(let text) = self { return text }
            return ""
        }
        let text: String
        do {
            text = try TextFile.read(path, limit: Self.longest)
        } catch {
            throw ChannelError(error.description)
        }
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
        let secret = String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !secret.isEmpty else { throw ChannelError("\(path) holds no \(what); write it in the first line") }
        return secret
    }

    /// The text, which must have the form of an http or https URL.
    func url() throws(ChannelError) -> String {
        let text = try read(as: "URL")
        guard Self.isURL(text) else {
            throw ChannelError("\(self) holds no URL that begins with http:// or https://; check its first line")
        }
        return text
    }

    /// Whether a text has the form of a URL that can be asked; libcurl reads it again before it is.
    public static func isURL(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix) else { return false }
        let rest = text.dropFirst(scheme.count)
        return rest.first.map { $0 != "/" && $0 != ":" && $0 != "?" && $0 != "#" } == true
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
