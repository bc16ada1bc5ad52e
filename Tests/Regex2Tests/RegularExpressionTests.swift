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

@Suite struct ReplacingTests {
    @Test(arguments: [
        ("(.*)-([0-9]+)", "web-12", "$2/$1", "12/web"), ("(.*)", "a", "${1}x", "ax"), ("(.*)", "a", "$1x", ""),
        ("(?P<name>.*)", "a", "$name:${name}:$$1:$", "a:a:$1:$"), ("(a)|(b)", "b", "[$1$2$3]", "[b]"),
        ("a", "a", "${", "${"), ("a", "a", "${0", "${0"), ("a", "a", "$0$00", "a"), ("", "", "x$0", "x"),
        ("(ü+)", "üü", "<$1>", "<üü>"), ("(.*)", "a", "$é$1", "a"), ("a.b", "a\nb", "$0", "a\nb"),
    ])
    func `a template takes the groups of a match`(
        pattern: String, text: String, template: String, expected: String
    ) throws {
        #expect(try RegularExpression(pattern).expand(template: template, over: text) == expected)
    }

    @Test func `a text of which a part matches is not expanded`() throws {
        #expect(try RegularExpression("b").expand(template: "x", over: "abc") == nil)
        #expect(try RegularExpression("b").matchesSomewhere("abc"))
        #expect(try !RegularExpression("^b").matchesSomewhere("abc"))
        #expect(try !RegularExpression("a.b", dotMatchesNewline: false).matchesSomewhere("a\nb"))
    }

    // The results of Go's regexp.ReplaceAllString.
    @Test(arguments: [
        ("a(x*)b", "-ab-axxb-", "$1", "--xx-"), ("a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-"),
        ("", "abc", "-", "-a-b-c-"),
        ("b*", "abc", "-", "-a-c-"), ("x", "", "y", ""), ("", "", "y", "y"), ("^", "aé", "<", "<aé"),
        ("$", "aé", ">", "aé>"), ("\\b", "ab cd", "|", "|ab| |cd|"), ("", "é漢😀", ".", ".é.漢.😀."),
        ("(?i)WEB", "web Web", "x", "x x"), ("a+", "baaac", "[$0]", "b[aaa]c"),
    ])
    func `each match is replaced`(pattern: String, text: String, template: String, expected: String) throws {
        #expect(try RegularExpression(pattern).replaceAll(in: text, with: template) == expected)
    }

    @Test func `results and work are bounded`() throws {
        let long = String(repeating: "a", count: 60_000)
        let many = String(repeating: "$0", count: 1000)
        #expect(throws: RegexError.self) { try RegularExpression(".*").expand(template: many, over: long) }
        #expect(throws: RegexError.self) { try RegularExpression(".*").replaceAll(in: long, with: many) }
        #expect(throws: RegexError.self) { try RegularExpression("a.*b|a").replaceAll(in: long, with: "b") }
    }
}
