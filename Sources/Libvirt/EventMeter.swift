// SPDX-License-Identifier: Apache-2.0

/// Tells when one domain sends more events of one kind than anyone can use. Pure; `second` is any monotonic second.
struct EventMeter {
    private struct Source: Hashable {
        let uuid: ObjectUUID
        let id: Int32
    }

    /// Events of one kind that one domain may send in a second.
    let limit: Int
    private var second: Int64 = .min
    private var counts: [Source: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts an event; whether it is one too many.
    mutating func isFlood(_ uuid: ObjectUUID, _ id: Int32, in second: Int64) -> Bool {
        if second != self.second {
            self.second = second
            counts.removeAll(keepingCapacity: true)
        }
        let count = counts[Source(uuid: uuid, id: id), default: 0] + 1
        counts[Source(uuid: uuid, id: id)] = count
        return count > limit
    }
}
