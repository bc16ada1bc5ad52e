// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Logging
import Testing

@Suite struct LineLogTests {
    private static func line(_ name: String) throws -> String {
        let lines = Lines()
        lines.logger().info("decision", metadata: ["domain": "\(name)", "outcome": "left-alone"])
        return try #require(lines.all.first)
    }

    @Test(arguments: [
        ("web-1", "web-1"), ("a b", "\"a b\""), ("", "\"\""), ("a=b", "\"a=b\""),
        (#"a\" outcome=acted"#, #""a\\\" outcome=acted""#), (#"a\"#, #""a\\""#), (#"a\" b"#, #""a\\\" b""#),
        (#"C:\b c"#, #""C:\\b c""#), ("a\nb c", #""a\u{a}b c""#), (#"a\u{a}b"#, #""a\\u{a}b""#),
        // A mark makes one character of what it follows, and hides it from who compares characters.
        ("a\"\u{301} outcome=acted", "\"a\\\"\u{301} outcome=acted\""), ("a \u{301}b", "\"a \u{301}b\""),
        ("a=\u{301}b", "\"a=\u{301}b\""), ("a\\\u{301}b\" c", "\"a\\\\\u{301}b\\\" c\""),
    ])
    func `a name in the text log can close no quote, and is one value`(name: String, shown: String) throws {
        let line = try Self.line(name)
        #expect(line.hasSuffix(" INFO decision domain=\(shown) outcome=left-alone"))
        #expect(try #require(Fields(line)).all == ["domain", "outcome"])
    }

    @Test(arguments: ["\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{B}", "\u{C}", "\0", "\u{1B}", "\u{202E}"])
    func `nothing in a field ends the line, moves the cursor or turns the direction`(part: String) throws {
        for name in ["a\(part)outcome", "a\(part) outcome=acted", part] {
            let text = try Self.line(name)
            #expect(!text.unicodeScalars.contains { part.unicodeScalars.contains($0) })
            #expect(text.contains("\\u{"))
            #expect(try #require(Fields(text)).all == ["domain", "outcome"])
        }
    }

    @Test func `what the JSON log writes is read back as it was`() throws {
        let lines = Lines()
        let name = "a\\\" \u{301}\"\u{301}\\\u{301}\n\r\t\u{85}\u{2028}\u{2029}\0\u{202E}"
        lines.logger(.json).info("event", metadata: ["domain": "\(name)"])
        let line = try #require(lines.all.first)
        let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(fields["domain"].map { Array($0.unicodeScalars) } == Array(name.unicodeScalars))
        #expect(!line.unicodeScalars.contains { $0.value < 32 || [0x85, 0x2028, 0x2029, 0x202E].contains($0.value) })
    }
}

/// The names of a text line's fields, as a reader of logfmt takes it apart; nil when a quote is not closed.
private struct Fields {
    private(set) var all: [String] = []

    init?(_ line: String) {
        var name = ""
        var (isQuoted, isEscaped, isValue) = (false, false, false)
        for scalar in line.unicodeScalars {
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                isEscaped = scalar == "\\"
                isQuoted = scalar != "\""
            } else if scalar == " " {
                (name, isValue) = ("", false)
            } else if scalar == "=", !isValue {
                all.append(name)
                isValue = true
            } else if isValue {
                isQuoted = scalar == "\""
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        if isQuoted { return nil }
    }
}
