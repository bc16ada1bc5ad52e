// SPDX-License-Identifier: Apache-2.0

/// Why a query could not be read or answered.
public struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, one clause without the place.
    public let message: String
    /// Bytes of UTF-8 before the place; nil when the whole query is meant.
    public let offset: Int?
    /// The place, both counted from 1, the column in characters; nil when the whole query is meant.
    public let line: Int?
    public let column: Int?

    /// An error that concerns no one place.
    public init(_ message: String) {
        self.message = message
        offset = nil
        line = nil
        column = nil
    }

    init(_ fault: Fault, in text: String) {
        let place = min(max(fault.offset, 0), text.utf8.count)
        let before = String(decoding: text.utf8.prefix(place), as: UTF8.self)
        let lines = before.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        message = fault.message
        offset = place
        line = max(lines.count, 1)
        column = (lines.last?.count ?? 0) + 1
    }

    /// `line:column: message`.
    public var description: String {
        guard let line, let column else { return message }
        return "\(line):\(column): \(message)"
    }
}

/// An error inside this module: the place is a byte offset until the query's text is at hand.
struct Fault: Error {
    let message: String
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}
