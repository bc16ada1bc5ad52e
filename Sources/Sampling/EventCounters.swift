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

    private var shape: SeriesShape
    private let catalogue: EventCatalogue
    /// Of the catalogue's pairs, then of those that were added.
    private var counts: [Double]
    private var added: [EventCatalogue.Pair] = []

    /// The labels are those of `DomainSampler`.
    public init(domain: String, host: String?, uuid: String? = nil, catalogue: EventCatalogue = .domains) {
        shape = SeriesShape(fixed: [("domain", domain), ("host", host), ("uuid", uuid)])
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
        if let layout = shape.layout, layout.count == counts.count {
            return SeriesBatch(layout: layout, values: counts, time: time)
        }
        let layout = shape.layout(for: (catalogue.pairs + added).map(Self.entry))
        return SeriesBatch(layout: layout, values: counts, time: time)
    }

    private static func entry(of pair: EventCatalogue.Pair) -> SeriesShape.Entry {
        SeriesShape.Entry(family: total, more: [Label("event", pair.kind), Label("detail", pair.detail)])
    }

    private mutating func indexAmongAdded(_ pair: EventCatalogue.Pair) -> Int {
        let isFull = added.count >= Self.addedLimit
        let first = catalogue.pairs.count
        if let index = added.firstIndex(of: pair) { return first + index }
        if isFull, let index = added.firstIndex(of: .other) { return first + index }
        added.append(isFull ? .other : pair)
        counts.append(0)
        return first + added.count - 1
    }
}
