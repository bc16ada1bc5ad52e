// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How often each event of one network or storage pool was heard, or of all devices of the host, or of all secrets.
///
/// Devices and secrets come and go under names without end, so they have no series each. The known events begin at 0;
/// others are added as they come, up to a bound; after that they count as `other`.
public struct ObjectEventCounters: Sendable {
    private static let totals: [ObjectEvent.Kind: MetricFamily] = [
        .network: counter(
            "network", "Events that libvirt reported of the network since it was first seen.", labels: ["network"]),
        .storagePool: counter(
            "storage_pool", "Events that libvirt reported of the pool since it was first seen.",
            labels: ["storage_pool"]),
        .nodeDevice: counter("node_device", "Events that libvirt reported of the host's devices."),
        .secret: counter("secret", "Events that libvirt reported of its secrets."),
    ]
    public static let families = totals.values.sorted { $0.name < $1.name }
    /// The most words outside the known ones that get a series of their own.
    public static let addedLimit = 16
    private static let other = "other"

    private static func counter(_ object: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_\(object)_events_total", .counter, help, labels: labels + ["event"])
    }

    private let total: MetricFamily?
    private let knownCount: Int
    private var shape: SeriesShape
    private var words: [String]
    private var counts: [String: Double] = [:]

    /// `name` is the object's, of any length; nil for kinds that are counted together.
    public init(_ kind: ObjectEvent.Kind, name: String?, host: String?) {
        total = Self.totals[kind]
        words = ObjectEvent.details(of: kind)
        knownCount = words.count
        shape = SeriesShape(fixed: [(kind.rawValue, name), ("host", host)])
    }

    /// Counts one event, by libvirt's word for what happened.
    public mutating func count(_ word: String) {
        var word = LabelText.bounded(word)
        if !words.contains(word) {
            if words.count - knownCount >= Self.addedLimit { word = Self.other }
            if !words.contains(word) { words.append(word) }
        }
        counts[word, default: 0] += 1
    }

    /// The counts so far.
    public mutating func batch(at time: Timestamp) -> SeriesBatch {
        var writer = SampleWriter(shape)
        if let total {
            for word in words { writer.add(total, label: "event", word, counts[word, default: 0]) }
        }
        return writer.finish(&shape, at: time)
    }
}
