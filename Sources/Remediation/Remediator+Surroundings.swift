// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What stands around a domain that a step has to wait for: somebody's work on it, and what it needs and is not there.
extension Remediator {
    static func surrounding(_ facts: DomainFacts) -> (reason: String, skip: SkipReason)? {
        if let job = facts.circumstances.job { return ("a \(job) of the domain is under way", .job) }
        return facts.circumstances.missing.first.map { ($0, .missing) }
    }

    /// Waits until nothing is in the way, then the domain is judged anew by all that has happened; gives up when that
    /// takes longer than the host's limits allow. nil when nothing is in the way.
    func awaitSurroundings(_ facts: DomainFacts, _ record: inout DomainRecord, _ now: Moment) -> [Order]? {
        guard var incident = record.incident else { return nil }
        guard let (reason, skip) = Self.surrounding(facts) else {
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
