// SPDX-License-Identifier: Apache-2.0

/// Why an operator's change was not made.
public struct ChangeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// The text is wrong.
        case invalid
        /// There is none of this name or id.
        case unknown
        /// There are too many, or the file cannot be written.
        case unavailable
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        description = sentence
    }
}

/// Who changes something, and why. Whoever it is chose the texts: escape them wherever they are shown.
public struct ChangeNote: Hashable, Sendable, Codable {
    public static let longestAuthor = 128
    public static let longestComment = 1024

    public var author: String
    public var comment: String

    public init(author: String, comment: String = "") {
        self.author = author
        self.comment = comment
    }

    /// Whether somebody is named, and both texts are short enough to keep.
    public var isBounded: Bool {
        !author.isEmpty && author.utf8.count <= Self.longestAuthor && comment.utf8.count <= Self.longestComment
    }

    /// As an audit names it: `by ada: new disks`.
    public var title: String {
        "by \(author.asOneLine)" + (comment.isEmpty ? "" : ": \(comment.asOneLine)")
    }
}
