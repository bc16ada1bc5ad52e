// SPDX-License-Identifier: Apache-2.0

/// What series there are, apart from the labels that all of them have: made once, and shared by every source of the same
/// shape, so that a thousand alike domains cost what one does.
public final class SeriesTemplate: Sendable {
    /// What tells two series of one source apart: the family, one label of its own, or several.
    public struct Entry: Hashable, Sendable {
        public let family: MetricFamily
        /// Empty when the series has no label of its own, or has several.
        public let label: String
        public let value: String
        public let more: [Label]

        public init(family: MetricFamily, label: String = "", value: String = "", more: [Label] = []) {
            self.family = family
            self.label = label
            self.value = value
            self.more = more
        }

        public static func == (left: Entry, right: Entry) -> Bool {
            left.isOf(right.family, right.label, right.value, right.more)
        }

        /// Whether it is equal to the entry of these parts, which need not be made for that.
        public func isOf(_ family: MetricFamily, _ label: String, _ value: String, _ more: [Label]) -> Bool {
            self.family === family && self.value == value && self.label == label && self.more == more
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(family))
            hasher.combine(value)
        }

        /// The labels of its own, in no order.
        public var labels: [Label] { label.isEmpty ? more : more + [Label(label, value)] }
    }

    /// The indices of one family's series, in the order of `entries`.
    public struct Run: Sendable {
        public let family: MetricFamily
        public let indices: [Int32]
    }

    public let entries: [Entry]
    /// One run a family, in the order in which families first appear.
    public let runs: [Run]

    public init(_ entries: [Entry]) {
        self.entries = entries
        var order: [MetricFamily] = []
        var members: [ObjectIdentifier: [Int32]] = [:]
        for (index, one) in entries.enumerated() {
            if members[ObjectIdentifier(one.family)] == nil { order.append(one.family) }
            members[ObjectIdentifier(one.family), default: []].append(Int32(index))
        }
        runs = order.map { Run(family: $0, indices: members[ObjectIdentifier($0)] ?? []) }
    }
}

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

    public let template: SeriesTemplate
    /// The labels that all series have; they win over a series's own of the same name. Sorted by name, none is empty.
    public let fixed: [Label]

    public init(_ template: SeriesTemplate, fixed: [Label] = []) {
        self.template = template
        self.fixed = Labels(fixed).all
    }

    /// Of series that have nothing in common.
    public convenience init(_ series: [Series]) {
        self.init(
            SeriesTemplate(
                series.map { one in
                    SeriesTemplate.Entry(family: one.family, more: one.labels.withoutName.all)
                }))
    }

    public var count: Int { template.entries.count }

    /// The labels of one series, made anew each time: nobody needs them in a steady round.
    public func labels(at index: Int) -> Labels {
        let entry = template.entries[index]
        return Labels(entry.labels + fixed + [Label(Labels.metricName, entry.family.name)])
    }

    /// The series in their order, each made when it is looked at.
    public var series: some RandomAccessCollection<Series> {
        template.entries.indices.lazy.map { [self] index in
            Series(family: template.entries[index].family, labels: labels(at: index))
        }
    }
}

/// Values of one layout's series at one instant.
public struct SeriesBatch: Sendable {
    public let layout: SeriesLayout
    /// One value for each of `layout.series`.
    public let values: [Double]
    public let time: Timestamp

    public init(layout: SeriesLayout, values: [Double], time: Timestamp) {
        precondition(layout.count == values.count, "a batch has one value a series")
        self.layout = layout
        self.values = values
        self.time = time
    }
}

extension SeriesBatch {
    /// The series whose value is another than in `old`; all of them when there is no old batch or its shape differs.
    public func changes(since old: SeriesBatch?) -> [Labels] {
        guard let old, old.layout === layout else { return values.indices.map { layout.labels(at: $0) } }
        return values.indices.filter { values[$0].bitPattern != old.values[$0].bitPattern }.map {
            layout.labels(at: $0)
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
