// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The connections for calls that may touch a monitor, each with a queue of its own and one call at a time.
///
/// A call into a monitor that hangs never returns and can't be taken back. Its lane is then written off until it does,
/// and another takes its place; at most `limit` may be written off, since each holds one of libvirt's few workers.
struct Lanes {
    static let limit = 4

    private var free: [Connection] = []
    private(set) var writtenOff: [Connection] = []

    init(_ first: Connection) {
        free = [first]
    }

    /// Whether another call may be begun.
    var isOpen: Bool { writtenOff.count < Self.limit }

    /// A lane in which nothing runs; nil when a new one must be opened.
    mutating func take() -> Connection? {
        free.popLast()
    }

    mutating func giveBack(_ lane: Connection) {
        free.append(lane)
    }

    /// The call in `lane` has not returned in time.
    mutating func writeOff(_ lane: Connection) {
        writtenOff.append(lane)
    }

    /// The call in a lane that was written off has returned; false for a lane of an earlier time.
    mutating func comeBack(_ lane: Connection) -> Bool {
        guard let index = writtenOff.firstIndex(where: { $0 === lane }) else { return false }
        writtenOff.remove(at: index)
        free.append(lane)
        return true
    }

    /// Nobody waits for it: a lane that was written off hangs in a call.
    func close() {
        for lane in free + writtenOff { Task { await lane.close() } }
    }
}
