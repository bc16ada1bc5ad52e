// SPDX-License-Identifier: Apache-2.0
import CRE2

/// A regular expression in RE2's syntax, matched in linear time; `.` matches a newline, as in Prometheus 3, unless told
/// otherwise.
///
/// `@unchecked Sendable`: the handle is set once, and RE2's const methods may run on several threads at once
/// (re2.h, "Thread safety"); the handle is freed only when nobody refers to the object any more.
public final class RegularExpression: @unchecked Sendable {
    /// The longest pattern, in bytes: what a search costs grows with both pattern and text.
    public static let longestPattern = 16_384

    public let pattern: String
    let handle: OpaquePointer

    /// Compiles `pattern`; fails with a sentence that says what is wrong with it.
    public init(_ pattern: String, dotMatchesNewline: Bool = true) throws(RegexError) {
        guard pattern.utf8.count <= Self.longestPattern else {
            throw RegexError(
                pattern: String(pattern.prefix(80)), reason: "it is longer than \(Self.longestPattern) bytes")
        }
        var text = pattern
        let made = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { re2_c_new($0.baseAddress, $0.count, dotMatchesNewline ? 1 : 0) }
        }
        guard let made else { throw RegexError(pattern: pattern, reason: "out of memory") }
        if let error = re2_c_error(made) {
            let reason = String(cString: error)
            re2_c_free(made)
            throw RegexError(pattern: pattern, reason: reason)
        }
        self.pattern = pattern
        handle = made
    }

    deinit {
        re2_c_free(handle)
    }

    /// Whether all of `text` matches, as Prometheus anchors every expression.
    public func matchesWhole(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { re2_c_full_match(handle, $0.baseAddress, $0.count) != 0 }
        }
    }
}

/// A pattern that is no regular expression, or one whose work was too much.
public struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
    public let pattern: String
    public let reason: String

    public var description: String { "cannot use regular expression \"\(pattern)\": \(reason)" }
}
