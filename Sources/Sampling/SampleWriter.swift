// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Takes the samples of one source for one instant.
///
/// As long as they come in the order of the time before, each costs a comparison and no allocation; at the first
/// difference the rest is noted anew. A series that is already there is not added again.
public struct SampleWriter {
    private let known: [SeriesShape.Entry]
    /// The entries of this time once they differ from `known`.
    private var made: [SeriesShape.Entry]?
    private var seen: Set<SeriesShape.Entry> = []
    private var values: [Double] = []
    /// Labels for a sample, by the value of its own label.
    private var extra: ((String) -> [Label])?

    init(_ shape: SeriesShape) {
        known = shape.entries
        values.reserveCapacity(known.count)
    }

    /// Adds the one series of `family` that this source has; nil, which is "not reported", adds nothing.
    public mutating func add(_ family: MetricFamily, _ value: Double?) {
        guard let value else { return }
        append(family, "", "", [], value)
    }

    /// Adds the series of `family` whose label `label` has `labelValue`; nil adds nothing.
    public mutating func add(_ family: MetricFamily, label: String, _ labelValue: String, _ value: Double?) {
        guard let value else { return }
        append(family, label, labelValue, [], value)
    }

    /// Adds a series that tells by its labels and is always 1.
    public mutating func add(info family: MetricFamily, labels: [(String, String)]) {
        add(family, labels: labels, 1)
    }

    /// Adds the series of `family` that has `labels`.
    public mutating func add(_ family: MetricFamily, labels: [(String, String)], _ value: Double) {
        append(family, "", "", labels.compactMap { $0.1.isEmpty ? nil : Label($0.0, $0.1) }, value)
    }

    /// Adds the labels that `extra` gives, by the value of each sample's own label, to what `body` adds.
    mutating func extending(with extra: @escaping (String) -> [Label], _ body: (inout SampleWriter) -> Void) {
        self.extra = extra
        body(&self)
        self.extra = nil
    }

    private mutating func append(
        _ family: MetricFamily, _ label: String, _ labelValue: String, _ more: [Label], _ value: Double
    ) {
        let more = extra.map { more + $0(labelValue) } ?? more
        if made == nil {
            if values.count < known.count, known[values.count].isOf(family, label, labelValue, more) {
                return values.append(value)
            }
            let kept = known.prefix(values.count)
            made = Array(kept)
            seen = Set(kept)
        }
        let entry = SeriesShape.Entry(family: family, label: label, value: labelValue, more: more)
        guard seen.insert(entry).inserted else { return }
        made?.append(entry)
        values.append(value)
    }

    /// The batch of what was added; `shape` then knows its layout.
    consuming func finish(_ shape: inout SeriesShape, at time: Timestamp) -> SeriesBatch {
        let entries = made ?? (values.count == known.count ? known : Array(known.prefix(values.count)))
        return SeriesBatch(layout: shape.layout(for: entries), values: values, time: time)
    }
}
