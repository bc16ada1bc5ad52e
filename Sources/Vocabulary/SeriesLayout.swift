// SPDX-License-Identifier: Apache-2.0

/// Which series a batch holds, in what order: made once, shared by every batch of the same shape.
///
/// Readers (store, exposition) remember what they derive from a layout under its identity and keep the layout alive
/// with it, so that a round of unchanged shape costs them one number a series.
public final class SeriesLayout: Sendable {
    public struct Series: Sendable {
        public let family: MetricFamily
        /// All labels of the series, `__name__` among them.
        public let labels: Labels

        public init(family: MetricFamily, labels: Labels) {
            self.family = family
            self.labels = labels
        }
    }

    /// The indices of one family's series, in the order of `series`.
    public struct Run: Sendable {
        public let family: MetricFamily
        public let indices: [Int]
    }

    public let series: [Series]
    /// One run a family, in the order in which families first appear.
    public let runs: [Run]

    public init(_ series: [Series]) {
        self.series = series
        var order: [MetricFamily] = []
        var members: [ObjectIdentifier: [Int]] = [:]
        for (index, one) in series.enumerated() {
            if members[ObjectIdentifier(one.family)] == nil { order.append(one.family) }
            members[ObjectIdentifier(one.family), default: []].append(index)
        }
        runs = order.map { Run(family: $0, indices: members[ObjectIdentifier($0)] ?? []) }
    }
}

/// Values of one layout's series at one instant.
public struct SeriesBatch: Sendable {
    public let layout: SeriesLayout
    /// One value for each of `layout.series`.
    public let values: [Double]
    public let time: Timestamp

    public init(layout: SeriesLayout, values: [Double], time: Timestamp) {
        precondition(layout.series.count == values.count, "a batch has one value a series")
        self.layout = layout
        self.values = values
        self.time = time
    }
}

extension SeriesBatch {
    /// The series whose value is another than in `old`; all of them when there is no old batch or its shape differs.
    public func changes(since old: SeriesBatch?) -> [Labels] {
        guard let old, old.layout === layout else { return layout.series.map(\.labels) }
        return values.indices.filter { values[$0].bitPattern != old.values[$0].bitPattern }.map {
            layout.series[$0].labels
        }
    }
}

/// All that is known of the host at one moment: what a scrape shows.
public struct Snapshot: Sendable {
    public let time: Timestamp
    public let batches: [SeriesBatch]

    public init(time: Timestamp, batches: [SeriesBatch]) {
        self.time = time
        self.batches = batches
    }
}
