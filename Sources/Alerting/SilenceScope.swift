// SPDX-License-Identifier: Apache-2.0
import PromQL
import Regex2
import Vocabulary

/// A silence's scope, ready for use.
struct SilenceScope: Sendable {
    /// What one scope may hold.
    static let mostParts = 64
    static let longestPart = 1024

    private enum Kind {
        case alerts([CompiledMatcher])
        case domains(names: [NamePattern], hosts: [NamePattern])
    }

    private let kind: Kind

    init(_ scope: Silence.Scope) throws(ChangeRefusal) {
        switch scope {
        case .alerts(let matchers): kind = .alerts(try Self.compiled(matchers))
        case .domains(let domains):
            try Self.check(domains.names.count + domains.hosts.count, "patterns")
            kind = .domains(
                names: try NamePattern.all(domains.names, of: "domain"),
                hosts: try NamePattern.all(domains.hosts, of: "host"))
        }
    }

    private static func compiled(_ matchers: [LabelMatcher]) throws(ChangeRefusal) -> [CompiledMatcher] {
        guard !matchers.isEmpty else { throw ChangeRefusal(.invalid, "at least one matcher is needed") }
        try check(matchers.count, "matchers")
        var compiled: [CompiledMatcher] = []
        for matcher in matchers {
            guard matcher.name.isLabelName, matcher.name.utf8.count <= longestPart else {
                throw ChangeRefusal(.invalid, "\"\(matcher.name.prefix(80))\" is no label's name")
            }
            guard matcher.value.utf8.count <= longestPart else {
                throw ChangeRefusal(.invalid, "the matcher of \(matcher.name) is longer than \(longestPart) bytes")
            }
            do throws(RegexError) {
                compiled.append(try CompiledMatcher(matcher))
            } catch {
                throw ChangeRefusal(.invalid, "the matcher of \(matcher.name): \(error)")
            }
        }
        // As Alertmanager has it: one that passes what has no labels would silence everything.
        guard !compiled.allSatisfy({ $0.matches(.none) }) else {
            throw ChangeRefusal(.invalid, "every matcher passes an empty label; name something that must be there")
        }
        return compiled
    }

    private static func check(_ count: Int, _ what: String) throws(ChangeRefusal) {
        guard count <= mostParts else { throw ChangeRefusal(.invalid, "has more than \(mostParts) \(what)") }
    }

    /// Whether an alert with these labels is meant.
    func covers(alert labels: Labels) -> Bool {
        switch kind {
        case .alerts(let matchers): return matchers.allSatisfy { $0.matches(labels) }
        case .domains(let names, let hosts):
            return names.pass(labels["domain"]) && hosts.pass(labels["host"])
        }
    }

    /// Whether a domain with these labels is meant, whatever alert there is: then one matcher at least asks for
    /// something that the domain itself has.
    func covers(domain labels: Labels) -> Bool {
        guard case .alerts(let matchers) = kind else { return covers(alert: labels) }
        return covers(alert: labels)
            && matchers.contains { labels[$0.matcher.name] != nil && !$0.matches(Labels.none) }
    }
}

/// A pattern of names: `/REGEX/`, or with `*` and `?`.
private enum NamePattern: Sendable {
    case glob(Glob)
    case regex(RegularExpression)

    static func all(_ texts: [String], of what: String) throws(ChangeRefusal) -> [NamePattern] {
        var patterns: [NamePattern] = []
        for text in texts { patterns.append(try NamePattern(text, of: what)) }
        return patterns
    }

    private init(_ text: String, of what: String) throws(ChangeRefusal) {
        guard !text.isEmpty, text.utf8.count <= SilenceScope.longestPart else {
            throw ChangeRefusal(
                .invalid, "a \(what)'s pattern must have 1 to \(SilenceScope.longestPart) bytes")
        }
        guard text.utf8.count > 2, text.hasPrefix("/"), text.hasSuffix("/") else {
            self = .glob(Glob(text))
            return
        }
        do throws(RegexError) {
            self = .regex(try RegularExpression(String(text.dropFirst().dropLast())))
        } catch {
            throw ChangeRefusal(.invalid, "\(what): \(error)")
        }
    }

    func matches(_ name: String) -> Bool {
        switch self {
        case .glob(let glob): glob.matches(name)
        case .regex(let regex): regex.matchesWhole(name)
        }
    }
}

extension [NamePattern] {
    /// Whether one matches, or there is none.
    fileprivate func pass(_ name: String?) -> Bool {
        guard !isEmpty else { return true }
        return name.map { name in contains { $0.matches(name) } } ?? false
    }
}
