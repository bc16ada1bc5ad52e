// SPDX-License-Identifier: Apache-2.0
import Regex2
import Testing

@Suite struct RegularExpressionTests {
    @Test(arguments: [
        ("web.*", "web1", true), ("web", "web1", false), ("a|b", "b", true), ("a.b", "a\nb", true), ("", "", true),
    ])
    func `matches whole texts only`(pattern: String, text: String, expected: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == expected)
    }

    @Test func `a broken pattern says what is wrong`() {
        let error = #expect(throws: RegexError.self) { try RegularExpression("a(b") }
        #expect(error?.description.contains("a(b") == true)
    }
}
