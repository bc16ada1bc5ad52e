// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `metric{label="value"} offset 5m @ 0`: which series, and when.
struct Selector: Sendable {
    /// The fixed name of the metric, when there is one.
    let metric: String?
    let matchers: [CompiledMatcher]
    let selection: SeriesSelection
    var shift = Shift()
    /// How the ends of a range are found.
    var edges = Edges.plain

    init(metric: String?, matchers: [CompiledMatcher]) {
        self.metric = metric
        self.matchers = matchers
        selection = SeriesSelection(metric: metric, matchers: matchers.map(\.matcher)) { labels in
            for matcher in matchers where !matcher.matches(labels) { return false }
            return true
        }
    }
}

/// When a selector or subquery reads, where that is not the time of evaluation.
struct Shift: Sendable {
    /// `offset`; nil when none was written.
    var back: TimeSpan?
    /// `@`; nil when none was written.
    var fixed: FixedTime?
}

/// How the ends of a range vector are found; part of the language since Prometheus 3.16.
enum Edges: String, Sendable {
    case plain
    /// The newest value at or before the beginning stands there, the newest within the range at the end.
    case anchored
    /// Both ends are interpolated from the samples around them.
    case smoothed
}
