// SPDX-License-Identifier: Apache-2.0
import Files

/// A text that must not be seen: a URL with a token in it, a key, a password. It prints as `<hidden>`.
public enum Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case text(String)
    /// The one line of a file, which keeps it out of the configuration; read anew each time it is needed.
    case file(String)

    private static let longest = 65_536

    public static func url(_ text: String) -> Secret { .text(text) }

    public var description: String {
        if case .file(let path) = self { "<in \(path)>" } else { "<hidden>" }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The text; a file's without spaces around it, for which this may wait. `what` says what it is.
    public func read(as what: String) throws(SecretError) -> String {
        let text: String
        switch self {
        case .text(let given): text = given
        case .file(let path): text = try Self.text(of: path, what)
        }
        guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
            throw SecretError(
                "the \(what) \(self) has several lines or a control character; write it in one line, alone")
        }
        return text
    }

    private static func text(of path: String, _ what: String) throws(SecretError) -> String {
        let text: String
        do throws(TextFileError) {
            text = try TextFile.read(path, limit: longest).trimmed
        } catch {
            throw SecretError(error.description)
        }
        guard !text.isEmpty else { throw SecretError("\(path) holds no \(what); write it in the first line") }
        return text
    }

    /// The text, which must have the form of an http or https URL.
    public func url() throws(SecretError) -> String {
        let text = try read(as: "URL")
        guard Self.isURL(text) else {
            throw SecretError("\(self) holds no URL that begins with http:// or https://; check it")
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

/// Why a secret cannot be used; holds the file's name, never what is in it.
public struct SecretError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
