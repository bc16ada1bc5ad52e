// SPDX-License-Identifier: Apache-2.0
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
