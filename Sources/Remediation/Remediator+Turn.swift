// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Whether an ordered step is still wanted, by facts that were read for it.
public enum Turn: Sendable {
    /// Its time begins now.
    case go
    /// It is not; what follows from that.
    case not([Order])
}

extension Remediator {
    /// Asked just before the effect of a step, with facts as fresh as can be: all checks are made again. The step's
    /// time counts from here.
    public mutating func begin(_ attempt: Attempt, facts: DomainFacts?, now: Moment) -> Turn {
        var refusal: [Order]?
        change(attempt.domain) { record, machine in
            guard case .acting(let current, _, _) = record.phase, current == attempt else {
                refusal = []
                return
            }
            refusal = machine.reasonAgainst(attempt, facts, &record, now)
            guard refusal == nil else { return }
            let policy = machine.policy(named: attempt.policy)
            let timeout = policy?.ladder.first { $0.action == attempt.action }?.timeout ?? Self.startTimeout
            let limit = now.uptime + max(timeout, policy?.verify ?? .zero)
            record.phase = .acting(attempt, overdue: now.uptime + timeout, deadline: limit)
            record.incident?.judgedStatus = facts?.status
        }
        return refusal.map { .not($0 + grant(now)) } ?? .go
    }

    /// What follows when the step is not wanted any more; nil when it is.
    private mutating func reasonAgainst(
        _ attempt: Attempt, _ facts: DomainFacts?, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order]? {
        guard let incident = record.incident, let policy = policy(named: attempt.policy) else {
            return end(
                &record, .leftAlone, "its policy was taken away", action: attempt.action, now, skip: .policy)
        }
        guard settings.mode == .auto else {
            uncount(&record, attempt)
            return end(&record, .refused, "the mode was changed", action: attempt.action, now, skip: .mode)
        }
        if let (mode, reason) = facts?.wish?.lowered(settings.mode, at: now.time), mode != .auto {
            uncount(&record, attempt)
            return end(
                &record, .refused, reason ?? "the mode is \(mode.rawValue)", action: attempt.action, now,
                skip: .metadata)
        }
        guard let facts, conditions.obstacle == nil else {
            // Nothing was done: the step is due again.
            uncount(&record, attempt)
            record.incident?.nextStep = max(0, incident.nextStep - 1)
            record.phase = .waiting(until: now.uptime + Self.lookAgain)
            return []
        }
        if let orders = cancel(facts, incident, policy, &record, now) {
            uncount(&record, attempt)
            return orders
        }
        if let (outcome, reason, skip) = obstacle(facts, policy) {
            uncount(&record, attempt)
            return end(&record, outcome, reason, action: attempt.action, now, skip: skip)
        }
        if let hold = hold(of: record, now) {
            uncount(&record, attempt)
            return refuse(&record, hold, attempt.action, now)
        }
        if let orders = awaitStorage(facts, &record, now) ?? awaitSurroundings(facts, &record, now) {
            uncount(&record, attempt)
            return orders
        }
        guard let reason = Actions.named(attempt.action)?.reasonVoid(for: facts, means: policy.means) else {
            return nil
        }
        uncount(&record, attempt)
        return end(
            &record, .leftAlone, "\(attempt.action) would do nothing: \(reason)", action: attempt.action, now,
            skip: .noStep)
    }

    /// A repair that was ordered and not begun is none.
    private mutating func uncount(_ record: inout DomainRecord, _ attempt: Attempt) {
        guard record.isFirstStep else { return }
        record.isFirstStep = false
        if record.trial != nil { record.trial = .due }
        if !record.starts.isEmpty { record.starts.removeLast() }
        record.failures = max(0, record.failures - 1)
        gates[attempt.domain.connection]?.giveBack(isFirst: true)
    }
}
