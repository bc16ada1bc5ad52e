// SPDX-License-Identifier: Apache-2.0
import Regex2
import Vocabulary

/// `metric{label="value"} offset 5m`: which series, and how far back.
struct Selector: Sendable {
    /// The fixed name of the metric, when there is one.
    let metric: String?
    let matchers: [CompiledMatcher]
    var offset = Duration.zero

    func matches(_ labels: Labels) -> Bool {
        for matcher in matchers where !matcher.matches(labels) { return false }
        return true
    }
}

/// A matcher ready for use. A label that is not there counts as empty.
struct CompiledMatcher: Sendable {
    let matcher: LabelMatcher
    private let regex: RegularExpression?

    init(_ matcher: LabelMatcher) throws(RegexError) {
        self.matcher = matcher
        switch matcher.operation {
        case .equal, .notEqual: regex = nil
        case .matches, .notMatches: regex = try RegularExpression(matcher.value)
        }
    }

    func matches(_ labels: Labels) -> Bool {
        matches(labels[matcher.name] ?? "")
    }

    func matches(_ value: String) -> Bool {
        switch matcher.operation {
        case .equal: value == matcher.value
        case .notEqual: value != matcher.value
        case .matches: regex?.matchesWhole(value) ?? false
        case .notMatches: !(regex?.matchesWhole(value) ?? true)
        }
    }
}
