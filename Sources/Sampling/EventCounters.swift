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

    private struct Pair: Hashable {
        let kind: String
        let detail: String

        static let other = Pair(kind: "other", detail: "other")
    }

    private let fixed: [Label]
    private let catalogueCount: Int
    private var pairs: [Pair] = []
    private var counts: [Double] = []
    private var indices: [Pair: Int] = [:]
    private var layout: SeriesLayout?

    public init(domain: String, host: String?, catalogue: [(kind: String, detail: String)]) {
        fixed = SeriesShape(fixed: [("domain", domain), ("host", host)]).fixed
        for (kind, detail) in catalogue {
            let pair = Pair(kind: kind, detail: detail)
            guard indices[pair] == nil else { continue }
            indices[pair] = pairs.count
            pairs.append(pair)
        }
        counts = Array(repeating: 0, count: pairs.count)
        catalogueCount = pairs.count
    }

    /// Counts one event, in libvirt's words.
    public mutating func count(kind: String, detail: String) {
        counts[index(of: Pair(kind: LabelText.bounded(kind), detail: LabelText.bounded(detail)))] += 1
    }

    /// The counts so far.
    public mutating func batch(at time: Timestamp) -> SeriesBatch {
        let current =
            layout
            ?? SeriesLayout(
                pairs.map { pair in
                    let own = [("event", pair.kind), ("detail", pair.detail), (Labels.metricName, Self.total.name)]
                    return .init(family: Self.total, labels: Labels(own.map { Label($0.0, $0.1) } + fixed))
                })
        layout = current
        return SeriesBatch(layout: current, values: counts, time: time)
    }

    private mutating func index(of pair: Pair) -> Int {
        if let index = indices[pair] { return index }
        let isFull = pairs.count - catalogueCount >= Self.addedLimit
        if isFull, let index = indices[.other] { return index }
        let new = isFull ? .other : pair
        indices[new] = pairs.count
        pairs.append(new)
        counts.append(0)
        layout = nil
        return pairs.count - 1
    }
}
