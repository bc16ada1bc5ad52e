// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// How often each event of one domain was heard.
///
/// The known events begin at 0, so that the first one is already an increase. Others are added as they come, up to a
/// bound; after that they count as `other`.
public struct EventCounters: Sendable {
    public static let total = MetricFamily(
        "libvirt_domain_events_total", .counter, "Events that libvirt reported of the domain since it was first seen.",
        labels: ["event", "detail"])
    public static let families = [total]
    /// The most pairs outside the catalogue that get a series of their own.
    public static let addedLimit = 64

    private let fixed: [Label]
    private let catalogue: EventCatalogue
    /// Of the catalogue's pairs, then of those that were added.
    private var counts: [Double]
    private var added: [EventCatalogue.Pair] = []
    private var layout: SeriesLayout?

    /// The labels are those of `DomainSampler`.
    public init(domain: String, host: String?, uuid: String? = nil, catalogue: EventCatalogue = .domains) {
        fixed = SeriesShape(fixed: [("domain", domain), ("host", host), ("uuid", uuid)]).fixed
        self.catalogue = catalogue
        counts = Array(repeating: 0, count: catalogue.pairs.count)
    }

    /// Counts one event, in libvirt's words.
    public mutating func count(kind: String, detail: String) {
        let pair = EventCatalogue.Pair(kind: LabelText.bounded(kind), detail: LabelText.bounded(detail))
        let index = catalogue.indices[pair] ?? indexAmongAdded(pair)
        counts[index] += 1
    }

    /// The counts so far.
    public mutating func batch(at time: Timestamp) -> SeriesBatch {
        let current = layout ?? SeriesLayout((catalogue.pairs + added).map { series(of: $0) })
        layout = current
        return SeriesBatch(layout: current, values: counts, time: time)
    }

    private func series(of pair: EventCatalogue.Pair) -> SeriesLayout.Series {
        let own = [("event", pair.kind), ("detail", pair.detail), (Labels.metricName, Self.total.name)]
        return .init(family: Self.total, labels: Labels(own.map { Label($0.0, $0.1) } + fixed))
    }

    private mutating func indexAmongAdded(_ pair: EventCatalogue.Pair) -> Int {
        let isFull = added.count >= Self.addedLimit
        let first = catalogue.pairs.count
        if let index = added.firstIndex(of: pair) { return first + index }
        if isFull, let index = added.firstIndex(of: .other) { return first + index }
        added.append(isFull ? .other : pair)
        counts.append(0)
        layout = nil
        return first + added.count - 1
    }
}
