// SPDX-License-Identifier: Apache-2.0
import Vocabulary

extension Backlog {
    private static let sweepRest = Duration.seconds(60)

    /// Gives up what is too old, and forgets ends that were told long ago; once a minute.
    mutating func sweep(now: Duration) {
        guard now >= nextSweep else { return }
        nextSweep = now + Self.sweepRest
        for (labels, told) in past where now - told.at > Self.memory {
            past[labels] = nil
            touched.insert(Key(labels: labels, moment: nil))
        }
        let old = entries.filter { key, entry in
            now - entry.since > limits.age && (key.moment != nil || entry.alert.state == .resolved)
                && isOwed(key, entry)
        }
        for key in old.keys { giveUp(key, .age) }
    }

    /// Gives alerts up when there are too many: first those that are over, the oldest first; then those of which the
    /// receiver knows already. A little more than must be, so that the next one does not cost as much.
    mutating func bound() {
        let reason: GiveUpReason
        if entries.count > limits.alerts {
            reason = .count
        } else if bytes > limits.bytes {
            reason = .bytes
        } else {
            return
        }
        let (count, size) = (limits.alerts - limits.alerts / 64, limits.bytes - limits.bytes / 64)
        for key in victims {
            guard entries.count > count || bytes > size else { return }
            giveUp(key, reason)
        }
    }

    private var victims: [Key] {
        func rank(_ key: Key, _ entry: Entry) -> Int {
            if key.moment != nil || entry.alert.state == .resolved { return 0 }
            return isOwed(key, entry) ? 2 : 1
        }
        return entries.map { ($0.key, rank($0.key, $0.value), $0.value.since) }.sorted { left, right in
            (left.1, left.2) < (right.1, right.2)
        }.map(\.0)
    }

    private mutating func giveUp(_ key: Key, _ reason: GiveUpReason) {
        // That one which the receiver knows fires is not to be repeated is lost, too: its end could not be told.
        givenUp[reason, default: 0] += 1
        forget(key)
    }
}
