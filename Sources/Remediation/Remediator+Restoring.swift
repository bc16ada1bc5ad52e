// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// A new agent takes up what the one before left.
extension Remediator {
    /// Counts the attempts of before, keeps quarantines, and takes up each step whose end nobody saw: the domain's
    /// state tells then whether it is needed any more.
    public mutating func restore(_ inheritance: Inheritance, now: Moment) -> [Order] {
        var orders: [Order] = []
        var seen: [String: Int] = [:]
        for pause in inheritance.pauses { _ = pauses.add(pause) }
        for past in inheritance.attempts {
            let attempt = past.attempt
            let window = policy(named: attempt.policy)?.budget.window ?? Budget().window
            // A wall clock that was set back makes an attempt younger, never one of the future.
            let age = max(.zero, now.time - past.began)
            let key = "\(attempt.domain.uuid) \(attempt.incident) \(attempt.number)"
            let isFirst = seen[key] == nil
            seen[key, default: 0] += 1
            // A step that an agent's end cut short may be taken again; one that ends every agent is a repair each time.
            let repeats = seen["\(key) \(attempt.action)", default: 0]
            seen["\(key) \(attempt.action)"] = repeats + 1
            gates[attempt.domain.connection, default: HostGate()].step(isFirst: isFirst, now.uptime - age)
            guard isFirst || repeats > 1, age < window else { continue }
            change(attempt.domain) { record, machine in
                let budget = machine.policy(named: attempt.policy)?.budget ?? Budget()
                record.countRepair(budget, now.uptime - age)
            }
        }
        for quarantine in inheritance.quarantined {
            change(quarantine.domain) { record, machine in
                record.phase = .quarantined
                record.quarantine = quarantine
                record.quarantineEnds = machine.end(of: quarantine, now)
            }
        }
        let poweredOff = Set(
            inheritance.attempts.map(\.attempt).filter { Actions.named($0.action)?.halfway != nil }.map(\.incident))
        for past in inheritance.attempts where !past.isFinished {
            let open = inheritance.open.first {
                $0.domain.key == past.attempt.domain.key && $0.incident == past.attempt.incident
            }
            change(past.attempt.domain) { record, machine in
                guard case .idle = record.phase, machine.settings.mode != .off else { return }
                orders += machine.takeUp(past.attempt, after: open, &record, now)
                record.incident?.hasPoweredOff = poweredOff.contains(past.attempt.incident)
            }
        }
        for held in inheritance.held {
            takeUp(held, now: now)
            let open = inheritance.open.first { $0.domain.key == held.domain.key && $0.incident == held.id }
            change(held.domain) { record, _ in
                guard record.incident?.id == held.id else { return }
                record.incident?.hasPoweredOff = poweredOff.contains(held.id)
                guard let open else { return }
                record.incident?.inherited = open.judgement
                record.incident?.judgedStatus = open.left
                record.incident?.isKept = true
            }
        }
        for open in inheritance.open {
            change(open.domain) { record, machine in
                guard case .idle = record.phase, machine.settings.mode != .off else { return }
                orders += machine.takeUp(open, &record, now)
                record.incident?.hasPoweredOff = poweredOff.contains(open.incident)
            }
        }
        return orders
    }

    /// `open` is how the step before it left the domain.
    private func takeUp(
        _ attempt: Attempt, after open: OpenIncident?, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        var incident = Incident(id: attempt.incident, opened: now.uptime)
        incident.number = attempt.number
        incident.policy = attempt.policy
        incident.judgement = Judgement(
            cause: attempt.cause, confidence: .low, evidence: "journal: \(attempt.action) was begun, its end is unknown"
        )
        incident.inherited = incident.judgement
        // Between power-off and start of our own, the state looks like an operator's order.
        incident.judgedStatus = Actions.named(attempt.action)?.halfway ?? open?.left
        incident.isKept = open != nil
        incident.saidHeld = true
        incident.isContinued = true
        record.incident = incident
        guard let policy = policy(named: attempt.policy) else {
            return end(
                &record, .leftAlone, "its policy was taken away", action: attempt.action, now, skip: .policy)
        }
        if let orders = giveUpWhenSpent(policy, &record, now, limit: policy.budget.attempts + 1) { return orders }
        record.phase = .waiting(until: now.uptime + delay(policy, after: 0))
        let reason = "the agent ended during this step; the domain's state will tell whether it is still needed"
        return [report(record, .held, reason, attempt.action, now)]
    }
}
