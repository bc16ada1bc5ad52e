// SPDX-License-Identifier: Apache-2.0

/// Groups by the time at which each is to be looked at: a binary heap. Entries that have been overtaken stay until their
/// turn comes, when their number tells.
struct DueQueue: Sendable {
    struct Ticket: Sendable {
        let due: Duration
        /// Rises with each ticket: of two that are due at once, the older comes first.
        let number: Int
        let group: Backlog.Group
    }

    private var heap: [Ticket] = []

    var first: Ticket? { heap.first }
    var count: Int { heap.count }

    mutating func add(_ ticket: Ticket) {
        heap.append(ticket)
        var index = heap.count - 1
        while index > 0, comes(index, before: (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard heap.count > 1 else { return heap.removeAll() }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [index * 2 + 1, index * 2 + 2] where child < heap.count && comes(child, before: least) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }

    /// Keeps the tickets that `isValid`.
    mutating func prune(_ isValid: (Ticket) -> Bool) {
        let kept = heap.filter(isValid).sorted { ($0.due, $0.number) < ($1.due, $1.number) }
        heap = kept
    }

    private func comes(_ left: Int, before right: Int) -> Bool {
        (heap[left].due, heap[left].number) < (heap[right].due, heap[right].number)
    }
}
