// SPDX-License-Identifier: Apache-2.0

/// When a group is to be looked at. In a heap, a ticket that another of its group has overtaken stays until its turn comes,
/// when its number tells.
struct Ticket: Comparable, Sendable {
    let due: Duration
    /// Rises with each ticket: of two that are due at once, the older comes first.
    let number: Int
    let group: Backlog.Group

    static func < (left: Ticket, right: Ticket) -> Bool {
        (left.due, left.number) < (right.due, right.number)
    }
}
