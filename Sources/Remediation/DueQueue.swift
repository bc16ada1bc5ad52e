// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which domain is due when: a heap. An entry that was overtaken by another of its domain stays until its time comes.
struct DueQueue: Sendable {
    private var entries: [(time: Duration, domain: DomainIdentity)] = []

    var next: Duration? { entries.first?.time }

    mutating func add(_ domain: DomainIdentity, at time: Duration) {
        entries.append((time, domain))
        var child = entries.count - 1
        while child > 0, entries[child].time < entries[(child - 1) / 2].time {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the earliest entry when it is due at `time`.
    mutating func take(through time: Duration) -> DomainIdentity? {
        guard let first = entries.first, first.time <= time else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink()
        return first.domain
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].time < entries[least].time {
                least = child
            }
            guard least != parent else { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
