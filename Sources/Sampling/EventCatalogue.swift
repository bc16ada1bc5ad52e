// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The events that are counted from 0 when a domain appears: one table, which all domains share.
public final class EventCatalogue: Sendable {
    struct Pair: Hashable {
        let kind: String
        let detail: String

        static let other = Pair(kind: "other", detail: "other")
    }

    /// libvirt's events of domains that are worth an alert.
    public static let domains = EventCatalogue(Event.catalogue)

    /// Each once.
    let pairs: [Pair]
    let indices: [Pair: Int]

    public init(_ catalogue: [(kind: String, detail: String)]) {
        var pairs: [Pair] = []
        var indices: [Pair: Int] = [:]
        for (kind, detail) in catalogue {
            let pair = Pair(kind: kind, detail: detail)
            guard indices[pair] == nil else { continue }
            indices[pair] = pairs.count
            pairs.append(pair)
        }
        self.pairs = pairs
        self.indices = indices
    }
}
