// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Who may go on now: the limits of a host, storms, order.
extension Remediator {
    /// What holds for the agent's machine has changed, or not.
    public mutating func conditions(_ conditions: HostConditions, now: Moment) -> [Order] {
        self.conditions = conditions
        return grant(now)
    }

    /// A step is due: it waits for its turn.
    func enqueue(_ record: inout DomainRecord, _ now: Moment) {
        record.phase = .queued(since: now.uptime)
    }

    /// Gives turns to those who wait, as many as the limits leave.
    mutating func grant(_ now: Moment) -> [Order] {
        gateWake = nil
        var orders: [Order] = []
        for connection in gates.keys where gates[connection]?.waiting.isEmpty == false {
            orders += grant(on: connection, now)
        }
        return orders
    }

    private mutating func grant(on connection: String, _ now: Moment) -> [Order] {
        guard var gate = gates[connection] else { return [] }
        if let obstacle = conditions.obstacle {
            wakeGates(at: now.uptime + Self.lookAgain)
            return sayHeld(Array(gate.waiting.values), obstacle.reason, obstacle.skip, now)
        }
        var orders: [Order] = []
        while gate.hasTurn(settings.limits, now.uptime), let next = best(of: gate, now) {
            change(next.domain) { record, _ in
                record.phase = .granted
                record.isLooking = true
            }
            orders.append(.look(next.domain))
            gate = gates[connection] ?? HostGate()
        }
        if let wake = gate.wake(settings.limits, now.uptime) { wakeGates(at: wake) }
        return orders
    }

    private mutating func wakeGates(at time: Duration) {
        gateWake = min(gateWake ?? time, time)
    }

    private mutating func best(of gate: HostGate, _ now: Moment) -> HostGate.Candidate? {
        let hasRepair = gate.hasRepair(settings.limits)
        let candidates = gate.waiting.values.filter { candidate in
            (hasRepair || candidate.isOnLadder)
                && !candidate.resources.contains { (gate.heldResources[$0] ?? .zero) > now.uptime }
        }
        guard candidates.contains(where: { !(policy(named: $0.policy)?.dependsOn.isEmpty ?? true) }) else {
            return candidates.min { $0.goes(before: $1) }
        }
        let busy = busyPolicies(on: candidates.first?.domain.connection ?? "")
        let free = candidates.filter { candidate in
            let needed = policy(named: candidate.policy)?.dependsOn ?? []
            return candidate.since + settings.limits.hold <= now.uptime || busy.isDisjoint(with: needed)
        }
        if free.isEmpty, let first = candidates.map(\.since).min() { wakeGates(at: first + settings.limits.hold) }
        return free.min { $0.goes(before: $1) }
    }

    /// The policies of domains whose repair is not over.
    func busyPolicies(on connection: String) -> Set<String> {
        Set(
            records.values.lazy.compactMap { $0[connection] }.compactMap { record in
                switch record.phase {
                case .idle, .probation, .quarantined: nil
                default:
                    record.incident?.policy
                        ?? self.settings.policies.first { $0.covers(record.domain.name) }?.name
                }
            })
    }

    private mutating func sayHeld(
        _ candidates: [HostGate.Candidate], _ reason: String, _ skip: SkipReason, _ now: Moment
    ) -> [Order] {
        var orders: [Order] = []
        for candidate in candidates {
            change(candidate.domain) { record, machine in
                guard record.incident?.saidHeld == false else { return }
                record.incident?.saidHeld = true
                orders.append(machine.report(record, .held, reason, nil, now, skip: skip))
            }
        }
        return orders
    }

    /// Counts a failure towards a storm; the one decision about it when it is one.
    mutating func countFailure(_ record: DomainRecord, _ now: Moment) -> [Order] {
        let storm = settings.limits.storm
        let domain = record.domain
        guard gates[domain.connection, default: HostGate()].fail(domain.uuid, storm, now.uptime) else { return [] }
        let evidence =
            "\(storm.failures) domains of \(domain.connection) failed within "
            + DurationText.format(storm.window)
        return [stormReport(record, evidence, "repairs on the host", now)]
    }

    /// Counts what a failed domain shares with others.
    mutating func countShared(_ record: DomainRecord, _ facts: DomainFacts, _ now: Moment) -> [Order] {
        let storm = settings.limits.storm
        let domain = record.domain
        let resource = gates[domain.connection, default: HostGate()].suspect(
            domain.uuid, facts.circumstances.resources, storm, now.uptime)
        guard let resource else { return [] }
        let evidence = "\(storm.shared) domains with \(resource) failed within \(DurationText.format(storm.window))"
        return [stormReport(record, evidence, "repairs of domains with it", now)]
    }

    private func stormReport(_ record: DomainRecord, _ evidence: String, _ what: String, _ now: Moment) -> Order {
        let cooldown = DurationText.format(settings.limits.storm.cooldown)
        var decision =
            Decision(
                domain: record.domain, incident: "storm-\(record.domain.connection)-\(now.time.milliseconds)",
                judgement: Judgement(cause: .storm, confidence: .high, evidence: evidence), action: nil, outcome: .held,
                reason: "\(evidence): \(what) wait for \(cooldown)", policy: nil, time: now.time)
        decision.skip = .storm
        return .report(decision)
    }
}
