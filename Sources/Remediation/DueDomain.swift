// SPDX-License-Identifier: Apache-2.0
import HeapModule
import Vocabulary

/// When a domain is to be looked at. In a heap, an entry that another of its domain has overtaken stays until its time.
struct DueDomain: Comparable, Sendable {
    let time: Duration
    let domain: DomainIdentity

    static func < (left: DueDomain, right: DueDomain) -> Bool { left.time < right.time }
}

extension Heap<DueDomain> {
    /// Takes out the earliest domain when it is due at `time`.
    mutating func take(through time: Duration) -> DomainIdentity? {
        guard let first = min, first.time <= time else { return nil }
        return removeMin().domain
    }
}
