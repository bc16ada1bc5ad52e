// SPDX-License-Identifier: Apache-2.0
public import Regex2
public import Vocabulary

/// A matcher ready for use. A label that is not there counts as empty.
public struct CompiledMatcher: Sendable {
    public let matcher: LabelMatcher
    private let regex: RegularExpression?

    public init(_ matcher: LabelMatcher, dotMatchesNewline: Bool = true) throws(RegexError) {
        self.matcher = matcher
        switch matcher.operation {
        case .equal, .notEqual: regex = nil
        case .matches, .notMatches: regex = try RegularExpression(matcher.value, dotMatchesNewline: dotMatchesNewline)
        }
    }

    /// Whether it says the metric's name.
    var isName: Bool { matcher.name == Labels.metricName && matcher.operation == .equal }

    public func matches(_ labels: Labels) -> Bool {
        matches(labels[matcher.name] ?? "")
    }

    func matches(_ value: String) -> Bool {
        switch matcher.operation {
        case .equal: value.hasSameBytes(as: matcher.value)
        case .notEqual: !value.hasSameBytes(as: matcher.value)
        case .matches: regex?.matchesWhole(value) ?? false
        case .notMatches: !(regex?.matchesWhole(value) ?? true)
        }
    }
}
