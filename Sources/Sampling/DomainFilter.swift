// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// Which domains of a host are watched, by name.
public struct DomainFilter: Hashable, Sendable {
    public static let all = DomainFilter(include: ["*"], exclude: [])

    private let include: [NamePattern]
    private let exclude: [NamePattern]
    private let takesAll: Bool

    /// A name must match one of `include` and none of `exclude`; see `NamePattern`.
    public init(include: [String], exclude: [String]) {
        self.include = include.map { NamePattern($0) }
        self.exclude = exclude.map { NamePattern($0) }
        takesAll = include.contains("*") && exclude.isEmpty
    }

    public func covers(_ name: String) -> Bool {
        takesAll || include.contains { $0.matches(name) } && !exclude.contains { $0.matches(name) }
    }
}

/// A pattern for whole names: a shell pattern (`*`, `?`), or between slashes a regular expression of RE2.
public struct NamePattern: Hashable, Sendable {
    private enum Kind: Sendable {
        case glob(Glob)
        case expression(RegularExpression)
        case nothing
    }

    public let text: String
    private let kind: Kind

    /// A text between slashes that is no regular expression matches nothing; `problem(of:)` tells before.
    public init(_ text: String) {
        self.text = text
        guard let expression = Self.expression(in: text) else {
            kind = .glob(Glob(text))
            return
        }
        do throws(RegexError) {
            kind = .expression(try RegularExpression(expression))
        } catch {
            kind = .nothing
        }
    }

    /// What is wrong with the pattern, a clause; nil when nothing is.
    public static func problem(of text: String) -> String? {
        guard let expression = expression(in: text) else { return nil }
        do throws(RegexError) {
            _ = try RegularExpression(expression)
            return nil
        } catch {
            return error.reason
        }
    }

    public func matches(_ name: String) -> Bool {
        switch kind {
        case .glob(let glob): glob.matches(name)
        case .expression(let expression): expression.matchesWhole(name)
        case .nothing: false
        }
    }

    private static func expression(in text: String) -> String? {
        guard text.count >= 2, text.hasPrefix("/"), text.hasSuffix("/") else { return nil }
        return String(text.dropFirst().dropLast())
    }

    public static func == (left: NamePattern, right: NamePattern) -> Bool { left.text == right.text }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
