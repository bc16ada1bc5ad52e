// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The series that one source gave last time, in order, and the layout made of them.
struct SeriesShape: Sendable {
    /// What tells two series of one source apart: the family, one label of its own, or several.
    struct Entry: Hashable, Sendable {
        let family: MetricFamily
        /// Empty when the series has no label of its own, or has several.
        let label: String
        let value: String
        let more: [Label]

        static func == (left: Entry, right: Entry) -> Bool {
            left.family === right.family && left.value == right.value && left.label == right.label
                && left.more == right.more
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(family))
            hasher.combine(value)
        }
    }

    /// Labels that every series of the source has.
    let fixed: [Label]
    private(set) var entries: [Entry] = []
    private(set) var layout: SeriesLayout?

    init(fixed: [(String, String?)]) {
        self.fixed = fixed.compactMap { name, value in value.map { Label(name, LabelText.bounded($0)) } }
    }

    /// The layout for `made`: the one there is, as long as nothing changed.
    mutating func layout(for made: [Entry]) -> SeriesLayout {
        if let layout, made == entries { return layout }
        let new = SeriesLayout(made.map { SeriesLayout.Series(family: $0.family, labels: labels(of: $0)) })
        entries = made
        layout = new
        return new
    }

    private func labels(of entry: Entry) -> Labels {
        var all = entry.more.map { Label($0.name, LabelText.bounded($0.value)) }
        if !entry.label.isEmpty { all.append(Label(entry.label, LabelText.bounded(entry.value))) }
        return Labels(all + fixed + [Label(Labels.metricName, entry.family.name)])
    }
}
