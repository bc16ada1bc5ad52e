// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Why a repair must wait, and until when: a pause, a maintenance, or a silence.
public struct RepairHold: Hashable, Sendable {
    /// Who holds the repair of the domain, which the alert of these labels asks for if there is one. It never waits.
    public typealias Holder = @Sendable (DomainIdentity, Labels?, Timestamp) -> RepairHold?

    public let reason: String
    public let until: Timestamp
    public let skip: SkipReason

    public init(reason: String, until: Timestamp, skip: SkipReason = .maintenance) {
        self.reason = reason
        self.until = until
        self.skip = skip
    }
}

/// What happened to a domain whose repair is held: it outlives the agent.
public struct HeldIncident: Hashable, Codable, Sendable {
    public let domain: DomainIdentity
    public let id: String
    public let events: [DomainEvent]
    public let finding: DomainFinding?
    /// How the domain stood then: another state means that more has happened to it.
    public var left: DomainStatus?
}

/// Repairs that an operator holds: refused, said once for each reason, and judged anew when nobody holds them any more.
extension Remediator {
    /// The wall clock may be set: no wait for its time is longer.
    private static let longestWait = Duration.seconds(60)
    /// Nothing but the end of what holds it ends such a wait.
    static let noLimit = Duration.seconds(100 * 365 * 86_400)

    func hold(of record: DomainRecord, _ now: Moment) -> RepairHold? {
        if let pause = pauses.covering(record.domain) {
            // Nobody knows when it will be over.
            return RepairHold(reason: pause.title, until: now.time + Self.longestWait, skip: .pause)
        }
        return holder(record.domain, record.incident?.alert?.labels, now.time)
    }

    func refuse(_ record: inout DomainRecord, _ hold: RepairHold, _ action: String?, _ now: Moment) -> [Order] {
        guard var incident = record.incident else { return [] }
        let wait = min(max(hold.until - now.time, .milliseconds(1)), Self.longestWait)
        record.phase = .held(next: now.uptime + wait, limit: Self.noLimit)
        // It will be judged by all that has happened.
        for event in incident.later { Incident.append(event, to: &incident.events) }
        incident.later = []
        let isNew = incident.refusal != hold.reason
        incident.refusal = hold.reason
        record.incident = incident
        let said = isNew ? [report(record, .refused, hold.reason, action, now, skip: hold.skip)] : []
        return said + keepHeld(&record)
    }

    /// Keeps for an agent after this one what is held, whenever more is known of it.
    private func keepHeld(_ record: inout DomainRecord) -> [Order] {
        // An alert that fires is told again after a restart, and a quarantine is kept by itself.
        guard let incident = record.incident, incident.alert == nil, record.trial == nil else { return [] }
        let held = HeldIncident(
            domain: record.domain, id: incident.id, events: incident.events, finding: incident.finding,
            left: incident.judgedStatus)
        guard incident.kept != held else { return [] }
        record.incident?.kept = held
        return [.hold(held)]
    }

    /// Takes up what the agent before this one held: it is judged anew.
    mutating func takeUp(_ held: HeldIncident, now: Moment) {
        change(held.domain) { record, machine in
            guard case .idle = record.phase, machine.settings.mode != .off else { return }
            var incident = Incident(id: held.id, opened: now.uptime)
            for event in held.events { Incident.append(event, to: &incident.events) }
            incident.finding = held.finding
            incident.heldAs = held.left
            record.incident = incident
            record.phase = .collecting(until: now.uptime + machine.settle(held.domain))
        }
    }

    /// Looks at what is held at the next tick.
    public mutating func reconsider(now: Moment) {
        for domain in records.values.flatMap(\.values).map(\.domain) {
            change(domain) { record, _ in
                guard case .held(_, let limit) = record.phase, record.incident?.refusal != nil else { return }
                record.phase = .held(next: now.uptime, limit: limit)
            }
        }
    }
}
