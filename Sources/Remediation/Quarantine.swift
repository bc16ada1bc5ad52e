// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// A domain that is left to people, and what has to be known to try it once more.
public struct Quarantine: Hashable, Sendable {
    public let domain: DomainIdentity
    public let policy: String
    public let cause: Cause
    /// How it was left; nil when nobody knows.
    public let left: DomainStatus?
    /// When it was given up, or tried for the last time.
    public let since: Timestamp

    public init(domain: DomainIdentity, policy: String, cause: Cause, left: DomainStatus?, since: Timestamp) {
        self.domain = domain
        self.policy = policy
        self.cause = cause
        self.left = left
        self.since = since
    }
}

/// The one attempt that a policy's cooldown allows a quarantined domain.
enum Trial: Sendable {
    case due
    /// The attempt was begun: the next failure ends in quarantine again.
    case spent
}

extension Remediator {
    /// What stands against the attempt is looked at again so often.
    private static let trialAgain = Duration.seconds(60)

    /// Lifts a quarantine, by an operator's order.
    public mutating func release(_ domain: DomainIdentity) -> [Order] {
        guard let record = record(of: domain), record.trial != nil || record.phase.isQuarantine else { return [] }
        change(domain) { record, _ in
            if record.phase.isQuarantine { record.phase = .idle }
            record.leaveQuarantine()
            record.forgetRepairs()
        }
        return [.release(domain)]
    }

    /// Leaves the domain to people.
    func giveUp(
        _ record: inout DomainRecord, _ reason: String, _ policy: String, action: String? = nil, _ now: Moment,
        skip: SkipReason = .budget
    ) -> [Order] {
        let incident = record.incident
        let cooldown = self.policy(named: policy)?.cooldown ?? .zero
        let trial = cooldown > .zero ? "; it is tried once more in \(DurationText.format(cooldown))" : ""
        record.trial = nil
        return end(&record, .gaveUp, reason + trial, action: action, now, phase: .quarantined, skip: skip)
            + enter(
                Quarantine(
                    domain: record.domain, policy: policy, cause: incident?.judgement?.cause ?? .unknown,
                    left: incident?.judgedStatus, since: now.time), &record, now)
    }

    private func enter(_ quarantine: Quarantine, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        record.phase = .quarantined
        record.trial = nil
        record.quarantine = quarantine
        record.quarantineEnds = end(of: quarantine, now)
        return [.quarantine(quarantine)]
    }

    /// When a quarantined domain may be tried again, in uptime; nil when only people end it.
    func end(of quarantine: Quarantine, _ now: Moment) -> Duration? {
        guard let cooldown = policy(named: quarantine.policy)?.cooldown, cooldown > .zero else { return nil }
        // A wall clock that was set back makes it younger, never one of the future.
        return now.uptime + cooldown - max(.zero, now.time - quarantine.since)
    }

    /// A domain that is found to run: whoever started a quarantined one while no agent listened, ended its quarantine.
    public mutating func meet(running domain: DomainIdentity) -> [Order] {
        guard let record = record(of: domain), record.phase.isQuarantine, !record.isLooking,
            record.quarantine?.cause.isOfRunning != true
        else { return [] }
        change(domain) { record, _ in record.isLooking = true }
        return [.look(domain)]
    }

    /// A quarantined domain was started by hand, or its cooldown is over.
    func visit(_ facts: DomainFacts?, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        let isOver = record.quarantineEnds.map { $0 <= now.uptime } ?? false
        let isOfRunning = record.quarantine?.cause.isOfRunning == true
        if facts?.status.isRunning == true, !(isOver && isOfRunning) {
            let stable =
                settings.policies.first { $0.covers(record.domain.name) }?.budget.stableFor ?? Budget().stableFor
            record.phase = .probation(until: now.uptime + stable)
            record.leaveQuarantine()
            return [.release(record.domain)]
        }
        guard isOver, let quarantine = record.quarantine else { return [] }
        record.quarantineEnds = now.uptime + Self.trialAgain
        guard let facts, settings.mode != .off else { return [] }
        return tryOnceMore(quarantine, facts, &record, now)
    }

    private func tryOnceMore(
        _ quarantine: Quarantine, _ facts: DomainFacts, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        let judgement = Judgement(
            cause: quarantine.cause, confidence: .medium,
            evidence: "quarantined since \(quarantine.since.rfc3339); now \(facts.status)")
        guard Self.surrounding(facts, quarantine.cause) == nil else { return [] }
        // Somebody may have started and stopped it, and libvirt's daemon forgotten why: nobody knows whether it is wanted.
        if let left = quarantine.left, facts.status != left,
            Classifier().judge(events: [], status: facts.status).cause == .unknown, !facts.status.isRunning
        {
            record.quarantineEnds = nil
            return []
        }
        var incident = incident(record, now)
        incident.policy = quarantine.policy
        incident.judgement = judgement
        incident.inherited = judgement
        incident.judgedStatus = quarantine.left ?? facts.status
        incident.resources = facts.circumstances.resources
        incident.alert = record.firing.values.first
        incident.verdict = quarantine.cause == .alert ? nil : hangs[record.domain]?.verdict
        record.incident = incident
        record.trial = .due
        let isCured = quarantine.cause.isOfRunning && incident.alert == nil && incident.verdict == nil
        if isCured {
            return end(&record, .leftAlone, "nothing is wrong with the domain any more", now, skip: .over)
        }
        record.phase = .waiting(until: now.uptime)
        // An agent after this one must not take the attempt for one to come.
        return [
            .quarantine(
                Quarantine(
                    domain: record.domain, policy: quarantine.policy, cause: quarantine.cause, left: quarantine.left,
                    since: now.time))
        ]
    }

    /// What the end of an incident means for a quarantine that it was the one attempt of.
    func afterTrial(_ record: inout DomainRecord, _ outcome: Decision.Outcome, _ now: Moment) -> [Order] {
        guard record.trial != nil, let quarantine = record.quarantine else { return [] }
        switch outcome {
        case .succeeded:
            record.quarantine = nil
            return [.release(record.domain)]
        case .leftAlone:
            record.leaveQuarantine()
            return [.release(record.domain)]
        default:
            return enter(
                Quarantine(
                    domain: record.domain, policy: quarantine.policy, cause: quarantine.cause, left: quarantine.left,
                    since: now.time), &record, now)
        }
    }
}

extension Phase {
    var isQuarantine: Bool { if case .quarantined = self { true } else { false } }
}

extension DomainRecord {
    mutating func leaveQuarantine() {
        trial = nil
        quarantine = nil
        quarantineEnds = nil
    }
}
