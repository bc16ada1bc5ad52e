// SPDX-License-Identifier: Apache-2.0
import Libvirt

/// The connections for calls that may touch a monitor, each with a queue of its own and one call at a time.
///
/// A call into a monitor that hangs never returns and can't be taken back. Its lane is then written off until it does,
/// and another takes its place. At most `limit` calls may be out, since each may hold one of libvirt's few workers: those
/// that were written off, repair's looks into domains, and the one of the sampling, for which a place is kept free.
struct Lanes {
    static let limit = 4
    /// Lanes in which nothing runs that are kept open: the sampling's, and one for looks.
    private static let kept = 2

    /// Never closed here: it may be the connection for everything.
    private let first: Connection
    private var free: [Connection] = []
    private(set) var writtenOff: [Connection] = []
    /// Looks that have their turn, and those that wait for it, in order.
    private var looks = 0
    private var line: [(ticket: CallEnd, turn: CheckedContinuation<Bool, Never>)] = []

    init(_ first: Connection) {
        self.first = first
        free = [first]
    }

    /// Whether another call of the sampling may be begun.
    var isOpen: Bool { writtenOff.count + looks < Self.limit }

    /// A lane in which nothing runs; nil when a new one must be opened.
    mutating func take() -> Connection? {
        free.popLast()
    }

    mutating func giveBack(_ lane: Connection) {
        free.append(lane)
        guard free.count > Self.kept, let index = free.firstIndex(where: { $0 !== first }) else { return }
        let surplus = free.remove(at: index)
        Task { await surplus.close() }
    }

    /// The sampling's call in `lane` has not returned in time.
    mutating func writeOff(_ lane: Connection) {
        writtenOff.append(lane)
        serve()
    }

    /// The call in a lane that was written off has returned; false for a lane of an earlier time.
    mutating func comeBack(_ lane: Connection) -> Bool {
        guard let index = writtenOff.firstIndex(where: { $0 === lane }) else { return false }
        writtenOff.remove(at: index)
        giveBack(lane)
        serve()
        return true
    }

    /// Nobody waits for it: a lane that was written off hangs in a call.
    func close() {
        for lane in free + writtenOff { Task { await lane.close() } }
        for one in line { one.turn.resume(returning: false) }
    }

    // MARK: Looks

    /// Tells `turn` once whether it may be looked; after true, `endLook` or `writeOffLook` must follow.
    mutating func standInLine(_ ticket: CallEnd, _ turn: CheckedContinuation<Bool, Never>) {
        line.append((ticket, turn))
        serve()
    }

    /// It has waited too long; nothing happens when its turn has come.
    mutating func leaveLine(_ ticket: CallEnd) {
        guard let index = line.firstIndex(where: { $0.ticket === ticket }) else { return }
        line.remove(at: index).turn.resume(returning: false)
    }

    /// A look is over; `lane` is the one that it had.
    mutating func endLook(_ lane: Connection?) {
        looks -= 1
        if let lane { giveBack(lane) }
        serve()
    }

    /// A look's call has not returned in time.
    mutating func writeOffLook(_ lane: Connection) {
        looks -= 1
        writeOff(lane)
    }

    /// Gives turns to those who wait first; nobody waits when all places for looks are lost.
    private mutating func serve() {
        let places = Self.limit - 1 - writtenOff.count
        while !line.isEmpty, places <= 0 || looks < places {
            if places > 0 { looks += 1 }
            line.removeFirst().turn.resume(returning: places > 0)
        }
    }
}
