// SPDX-License-Identifier: Apache-2.0
import Database
public import Vocabulary

/// What operators order. It is in force at once: that it can't be written down is no reason to go on repairing.
extension RemediationRoom {
    /// Lifts a quarantine; whether there was one.
    @discardableResult
    public func release(_ domain: DomainIdentity) -> Bool {
        let orders = remediator.release(domain)
        carryOut(orders)
        return !orders.isEmpty
    }

    /// Holds the steps of a domain, or of all: false when there are too many pauses. `isKept`: it outlives the agent.
    public func pause(_ pause: RepairPause) async -> (isTaken: Bool, isKept: Bool) {
        guard remediator.pause(pause, now: now) else { return (false, false) }
        arm()
        return (true, await note { (journal) async throws(DatabaseError) in try await journal.pause(pause) })
    }

    /// Lets them go on; the pause that was, nil when there was none.
    public func resume(_ domain: DomainIdentity?) async -> (pause: RepairPause, isKept: Bool)? {
        guard let pause = remediator.resume(domain, now: now) else { return nil }
        arm()
        return (pause, await note { (journal) async throws(DatabaseError) in try await journal.resume(domain) })
    }

    public var pauses: [RepairPause] { remediator.allPauses }

    /// The domains that `query` asks about of which anything is remembered.
    public func known(_ query: RemediationQuery) -> [DomainIdentity] {
        let remembered = remediator.records.values.flatMap(\.values).map(\.domain)
        let paused = pauses.compactMap(\.domain)
        var seen: Set<KnownDomains.Key> = []
        return (remembered + paused).filter { domain in
            query.covers(host: domain.connection, name: domain.name, uuid: domain.uuid.description)
                && seen.insert(domain.key).inserted
        }
    }
}
