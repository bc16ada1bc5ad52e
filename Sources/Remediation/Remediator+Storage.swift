// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Domains that an I/O error paused: no step helps one while what stopped it is not over.
extension Remediator {
    /// Waits, however long it takes, and says so once; nil when the storage is there, or nobody can tell.
    func awaitStorage(_ facts: DomainFacts, _ record: inout DomainRecord, _ now: Moment) -> [Order]? {
        guard facts.status.isPausedByError, var incident = record.incident else { return nil }
        // Who waits already waits on while libvirt cannot say whether it is over.
        let unknown = incident.awaitsStorage ? facts.circumstances.unanswered : nil
        guard let shortage = facts.circumstances.shortage ?? unknown else { return nil }
        record.phase = .held(next: now.uptime + Self.lookAgain, limit: Self.noLimit)
        // It will be judged by all that has happened.
        for event in incident.later { Incident.append(event, to: &incident.events) }
        incident.later = []
        let isSaid = incident.awaitsStorage
        incident.awaitsStorage = true
        record.incident = incident
        guard !isSaid else { return [] }
        let said = report(record, .held, "\(shortage); nothing is done until that is over", nil, now)
        // An alert that fires is told again after a restart.
        guard incident.alert == nil else { return [said] }
        let held = HeldIncident(
            domain: record.domain, id: incident.id, events: incident.events, finding: incident.finding)
        return [said, .hold(held)]
    }

    /// Waits on while libvirt does not answer; nil when the domain waits for no storage, or is gone.
    func awaitAnswer(_ record: inout DomainRecord, _ now: Moment) -> [Order]? {
        guard let incident = record.incident, incident.awaitsStorage, !incident.tellsEnd else { return nil }
        record.phase = .held(next: now.uptime + Self.lookAgain, limit: Self.noLimit)
        return []
    }
}

extension Incident {
    /// Whether the domain does not run any more, or is not there any more.
    fileprivate var tellsEnd: Bool {
        events.contains { $0.word.hasPrefix("stopped_") || $0.word.hasPrefix("undefined_") }
            || finding.map { $0.now == nil } == true
    }
}

extension DomainStatus {
    public var isPausedByError: Bool { state == "paused" && reason == "ioerror" }
}
