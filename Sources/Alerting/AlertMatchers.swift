// SPDX-License-Identifier: Apache-2.0
import PromQL
import Regex2
public import Vocabulary

/// Alertmanager's matchers: an alert is meant when its labels pass all of them; none at all match every alert.
///
/// Source: Alertmanager's configuration format, `matchers`: `alertname="DomainHung"`, `{severity=~"warn.*",team!="x"}`.
public struct AlertMatchers: Sendable {
    /// As they were written.
    public let texts: [String]
    private let matchers: [CompiledMatcher]

    /// The longest text of one entry that is read, in bytes.
    static let longest = 4096

    public init(parsing texts: [String]) throws(MatcherError) {
        var matchers: [CompiledMatcher] = []
        for text in texts {
            guard text.utf8.count <= Self.longest else {
                throw MatcherError(text: String(text.prefix(80)), reason: "is longer than \(Self.longest) bytes")
            }
            var reader = MatcherReader(text)
            matchers += try reader.all()
        }
        self.texts = texts
        self.matchers = matchers
    }

    /// One by one.
    public var all: [LabelMatcher] { matchers.map(\.matcher) }

    public func matches(_ labels: Labels) -> Bool {
        matchers.allSatisfy { $0.matches(labels) }
    }
}

/// Why a text is no matcher.
public struct MatcherError: Error, Hashable, Sendable, CustomStringConvertible {
    public let text: String
    public let reason: String

    public var description: String {
        "\"\(text)\" is no matcher: \(reason); write one as severity=\"critical\" or name=~\"web-.*\""
    }
}

/// Reads one entry: a matcher, or several in braces or parted by commas.
private struct MatcherReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    mutating func all() throws(MatcherError) -> [CompiledMatcher] {
        skipSpace()
        let isBraced = skip("{")
        var found: [CompiledMatcher] = []
        skipSpace()
        while !rest.isEmpty, rest.first != "}" {
            found.append(try one())
            skipSpace()
            guard skip(",") else { break }
            skipSpace()
        }
        if isBraced, !skip("}") { throw error("the closing brace is missing") }
        skipSpace()
        guard rest.isEmpty else { throw error("\"\(rest.prefix(20))\" follows it") }
        guard isBraced || !found.isEmpty else { throw error("it is empty") }
        return found
    }

    private mutating func one() throws(MatcherError) -> CompiledMatcher {
        let name = take { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        guard name.isLabelName else { throw error("a label's name is expected") }
        skipSpace()
        let operations: [MatchOperator] = [.matches, .notMatches, .notEqual, .equal]
        guard let operation = operations.first(where: { rest.hasPrefix($0.rawValue) }) else {
            throw error("=, !=, =~ or !~ is expected after \(name)")
        }
        rest = rest.dropFirst(operation.rawValue.count)
        skipSpace()
        let value = try rest.first == "\"" ? quoted() : take { !"{}!=~,\"\\'`".contains($0) && !$0.isWhitespace }
        do throws(RegexError) {
            return try CompiledMatcher(LabelMatcher(name, operation, value))
        } catch {
            throw self.error(error.reason)
        }
    }

    private mutating func quoted() throws(MatcherError) -> String {
        var value = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "\"": value += "\""
                case "\\": value += "\\"
                case "n": value += "\n"
                // Alertmanager keeps a backslash that begins no escape of its own: regular expressions need it.
                case let other?: value += "\\\(other)"
                case nil: throw error("the closing quote is missing")
                }
            default: value.append(character)
            }
        }
        throw error("the closing quote is missing")
    }

    private mutating func take(_ isWanted: (Character) -> Bool) -> String {
        let taken = rest.prefix(while: isWanted)
        rest = rest[taken.endIndex...]
        return String(taken)
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0.isWhitespace }
    }

    private func error(_ reason: String) -> MatcherError {
        MatcherError(text: text, reason: reason)
    }
}
