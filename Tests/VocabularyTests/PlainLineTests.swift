// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@Suite struct PlainLineTests {
    @Test(arguments: [
        ("web-1", "web-1"), ("a\nb", "a\\u{a}b"), ("a\r\u{1B}[31mb", "a\\u{d}\\u{1b}[31mb"),
        ("x\u{202E}y", "x\\u{202e}y"), ("x\u{2028}y", "x\\u{2028}y"), ("<script>", "<script>"), ("zwölf", "zwölf"),
    ])
    func `nothing ends the line, moves the cursor or turns the direction`(text: String, shown: String) {
        #expect(text.asOneLine == shown)
    }

    @Test func `a name of any length is cut`() {
        #expect(String(repeating: "x", count: 5000).asOneLine.count == 2001)
    }
}
