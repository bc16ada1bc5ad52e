// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// A label and a text beside it, broken at spaces. Both are untrusted: what could move a cursor is shown as an escape.
public struct Paragraph: Sendable {
    public static let width = 80

    public let lines: [String]

    /// `indent` is where the text begins in each line; a word that is longer than a line stays whole.
    public init(_ label: String, _ text: String, indent: Int = 12, width: Int = Self.width) {
        let head = "  " + label.asOneLine
        var lines: [String] = []
        var line = head + String(repeating: " ", count: max(1, indent - head.count))
        var isEmpty = true
        for word in text.asOneLine.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        self.lines = lines + [line]
    }
}
