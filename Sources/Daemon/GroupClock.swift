// SPDX-License-Identifier: Apache-2.0
import Sampling

/// When each group of collectors last ran, on the monotonic clock.
struct GroupClock {
    private var ran: [Int: Duration] = [:]

    /// Whether the group is due at `now`. Rounds come a little early and late: half of one is no difference.
    func isDue(_ index: Int, _ group: SamplingPlan.Group, at now: Duration, round: Duration) -> Bool {
        guard let last = ran[index] else { return true }
        return now - last >= group.interval - round / 2
    }

    mutating func note(_ indices: [Int], at now: Duration) {
        for index in indices { ran[index] = now }
    }

    /// Everything is due.
    mutating func reset() {
        ran = [:]
    }
}
