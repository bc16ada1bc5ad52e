// SPDX-License-Identifier: Apache-2.0

/// A shell pattern for names: `*` stands for any characters, `?` for one, the rest for itself.
public struct Glob: Hashable, Sendable {
    private let pattern: [Character]

    public init(_ pattern: String) {
        self.pattern = Array(pattern)
    }

    /// Whether the whole of `text` matches; the time is at most the product of the lengths.
    public func matches(_ text: String) -> Bool {
        let text = Array(text)
        var (at, mark) = (0, 0)
        var star: Int?
        var position = 0
        while position < text.count {
            if at < pattern.count, pattern[at] == "*" {
                star = at
                mark = position
                at += 1
            } else if at < pattern.count, pattern[at] == "?" || pattern[at] == text[position] {
                at += 1
                position += 1
            } else if let star {
                at = star + 1
                mark += 1
                position = mark
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}
