// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// Domains that wait for calls of their own, and how many of them one round takes: so that what a driver answers only
/// domain by domain is spread over its cadence, whatever the number of domains.
struct SpreadQueue {
    private var waiting: [ObjectUUID] = []
    private var isWaiting: Set<ObjectUUID> = []
    private var quota = 1
    /// How many at the front have their turn in the next round, whatever the quota.
    private var urgent = 0

    /// How many wait.
    var count: Int { waiting.count }

    /// Adds those that do not wait already; all are to be done within `rounds` rounds.
    mutating func add(_ uuids: [ObjectUUID], within rounds: Int) {
        for uuid in uuids where isWaiting.insert(uuid).inserted { waiting.append(uuid) }
        quota = max(1, (waiting.count + max(1, rounds) - 1) / max(1, rounds))
    }

    /// Puts one to the front: its turn is the next round.
    mutating func hurry(_ uuid: ObjectUUID) {
        if !isWaiting.insert(uuid).inserted { waiting.removeAll { $0 == uuid } }
        waiting.insert(uuid, at: 0)
        urgent = min(urgent + 1, waiting.count)
    }

    /// Those whose turn is this round.
    mutating func next() -> [ObjectUUID] {
        let turn = Array(waiting.prefix(urgent + quota))
        urgent = 0
        waiting.removeFirst(turn.count)
        isWaiting.subtract(turn)
        return turn
    }

    mutating func removeAll() {
        waiting = []
        urgent = 0
        isWaiting = []
    }
}
