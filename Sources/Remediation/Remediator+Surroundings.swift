// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What stands around a domain that a step has to wait for: somebody's work on it, and what it needs and is not there.
extension Remediator {
    static func surrounding(
        _ facts: DomainFacts, _ cause: Cause?, awaitsStorage: Bool = false
    ) -> (reason: String, skip: SkipReason)? {
        if let job = facts.circumstances.job { return ("a \(job) of the domain is under way", .job) }
        if let reason = facts.circumstances.unanswered, !mayPass(facts, cause, awaitsStorage) {
            return (reason, .libvirt)
        }
        return facts.circumstances.missing.first.map { ($0, .missing) }
    }

    /// Whether what is not known is not waited for here: a monitor that hangs, when that is the trouble itself, and where
    /// the wait for storage goes on anyway.
    private static func mayPass(_ facts: DomainFacts, _ cause: Cause?, _ awaitsStorage: Bool) -> Bool {
        if facts.circumstances.isMonitorHung, cause == .monitorHung || cause == .hung { return true }
        return awaitsStorage && facts.status.isPausedByError
    }

    /// Waits until nothing is in the way, then the domain is judged anew by all that has happened; gives up when that
    /// takes longer than the host's limits allow. nil when nothing is in the way.
    func awaitSurroundings(_ facts: DomainFacts, _ record: inout DomainRecord, _ now: Moment) -> [Order]? {
        guard var incident = record.incident else { return nil }
        let cause = incident.judgement?.cause
        guard let (reason, skip) = Self.surrounding(facts, cause, awaitsStorage: incident.awaitsStorage) else {
            record.incident?.obstructedSince = nil
            return nil
        }
        let since = incident.obstructedSince ?? now.uptime
        incident.obstructedSince = since
        for event in incident.later { Incident.append(event, to: &incident.events) }
        incident.later = []
        record.incident = incident
        let limit = since + settings.limits.hold
        if now.uptime < limit { return hold(&record, reason, skip, until: limit, now) }
        let spent =
            "\(reason), for \(DurationText.format(settings.limits.hold)) now; start it by hand when that is over"
        let policy = incident.policy ?? settings.policies.first { $0.covers(record.domain.name) }?.name ?? ""
        return giveUp(&record, spent, policy, now, skip: skip)
    }
}
