// SPDX-License-Identifier: Apache-2.0
import Database
import Vocabulary

/// What an agent after this one has to know, kept in the journal.
extension RemediationRoom {
    /// All domains of a connection, listed once it is open. What stopped while no agent listened, or was heard of and not
    /// judged before the agent's end, is judged now. `isHere`: they are domains of this machine.
    func list(
        _ all: [RemediationInput.ListedStatus], of connection: String, isHere: Bool
    ) {
        let missed = known.list(all, of: connection)
        keep()
        for one in all where one.status.isRunning { carryOut(remediator.meet(running: one.domain)) }
        for one in all where one.status.isMigrating { hear(.listedMigrating(one.domain, now.time)) }
        for one in missed {
            // As it was heard then, or else as a change that is found.
            for event in one.known.events { hear(event) }
            if one.known.events.isEmpty {
                let before = DomainStatus(state: "running", reason: "unknown")
                let finding = DomainFinding(
                    domain: one.known.domain, before: before, now: one.status, isAcrossBoot: isAfterBoot && isHere,
                    time: now.time)
                carryOut(remediator.hear(finding, now: now))
            }
        }
    }

    /// Remembers the decision. An incident that has ended is not judged again.
    func note(_ decision: Decision) {
        if recent.count >= Self.recentLimit { recent.removeFirst(Self.recentLimit / 10) }
        recent.append(decision)
        switch decision.outcome {
        case .acted, .held, .failed: return
        case .succeeded: ran(decision.domain)
        case .wouldAct, .leftAlone, .refused, .gaveUp:
            if decision.skip == .running { return ran(decision.domain) }
            Task {
                let facts = await hands.facts(of: decision.domain)
                // Another one has begun meanwhile, or nobody knows: then the agent after this one judges again.
                guard remediator.record(of: decision.domain)?.incident == nil,
                    facts?.circumstances.unanswered == nil
                else { return }
                known.judged(decision.domain, isRunning: facts?.status.isRunning == true)
                keep()
            }
        }
    }

    /// The domain ran when that was judged. A later look may find it stopped, and the event of that be still to come.
    private func ran(_ domain: DomainIdentity) {
        known.judged(domain, isRunning: true)
        keep()
    }

    /// Writes down what has changed, one write at a time.
    func keep() {
        guard journal != nil, hasInherited, !isKeeping, !known.changed.isEmpty else { return }
        isKeeping = true
        Task {
            while !known.changed.isEmpty {
                let keys = known.takeChanged()
                let rows = Dictionary(uniqueKeysWithValues: keys.map { ($0, known[$0]) })
                await note { (journal) async throws(DatabaseError) in try await journal.keep(rows) }
            }
            isKeeping = false
        }
    }
}
