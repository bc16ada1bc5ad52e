// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `metric{label="value"} offset 5m`: which series, and how far back.
struct Selector: Sendable {
    /// The fixed name of the metric, when there is one.
    let metric: String?
    let matchers: [CompiledMatcher]
    let selection: SeriesSelection
    var offset = Duration.zero

    init(metric: String?, matchers: [CompiledMatcher]) {
        self.metric = metric
        self.matchers = matchers
        selection = SeriesSelection(metric: metric, matchers: matchers.map(\.matcher)) { labels in
            for matcher in matchers where !matcher.matches(labels) { return false }
            return true
        }
    }
}
