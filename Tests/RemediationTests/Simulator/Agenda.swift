// SPDX-License-Identifier: Apache-2.0

/// What will happen in a simulation, in order of time; of two things at one time, the one that was added first.
struct Agenda {
    typealias Deed = (inout Simulation) -> Void
    private var entries: [(time: Duration, number: Int, deed: Deed)] = []
    private var count = 0

    var next: Duration? { entries.first?.time }

    mutating func add(at time: Duration, _ deed: @escaping Deed) {
        count += 1
        entries.append((time, count, deed))
        var child = entries.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func take() -> (time: Duration, deed: Deed)? {
        guard let first = entries.first else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && isBefore(child, least) {
                least = child
            }
            if least == parent { return (first.time, first.deed) }
            entries.swapAt(least, parent)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (entries[left].time, entries[left].number) < (entries[right].time, entries[right].number)
    }
}
