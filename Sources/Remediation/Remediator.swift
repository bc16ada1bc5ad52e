// SPDX-License-Identifier: Apache-2.0
import HeapModule
public import Vocabulary

/// Decides what is done about domains: events, findings, alerts and facts in, orders out. No clock, no effect.
///
/// Each function returns what to do, in order. After `Order.look` comes `facts`, after `Order.perform` comes
/// `finished`, and `tick` at `nextDeadline`.
public struct Remediator: Sendable {
    static let lookAgain = Duration.seconds(5)
    static let announcedLimit = Duration.seconds(60)
    static let unseenLimit = Duration.seconds(60)
    static let onCrashLimit = Duration.seconds(30)
    static let dumpLimit = Duration.seconds(900)
    static let alertLimit = 64
    /// Of a start that no ladder names.
    static let startTimeout = Duration.seconds(60)

    var settings: RemediationSettings
    var records: [DomainUUID: [String: DomainRecord]] = [:]
    let holder: RepairHold.Holder
    var gates: [String: HostGate] = [:]
    var gateWake: Duration?
    var hangs: [DomainIdentity: HangWatch] = [:]
    var conditions = HostConditions()
    var pauses = RepairPauses()
    private var due = Heap<DueDomain>()
    private let random: @Sendable () -> Double

    /// `holder` says who holds a repair, `random` gives numbers in 0..<1, for the jitter of waits.
    public init(
        settings: RemediationSettings, random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        holder: @escaping RepairHold.Holder = { _, _, _ in nil }
    ) {
        self.settings = settings
        self.holder = holder
        self.random = random
    }

    /// When `tick` is next due, in uptime.
    public var nextDeadline: Duration? {
        guard let gateWake, let next = due.min?.time else { return gateWake ?? due.min?.time }
        return min(gateWake, next)
    }

    /// The domains that are quarantined.
    public var quarantined: [DomainIdentity] {
        records.values.flatMap(\.values).filter { if case .quarantined = $0.phase { true } else { false } }
            .map(\.domain)
    }

    /// Goes on with what is due.
    public mutating func tick(now: Moment) -> [Order] {
        var orders: [Order] = []
        while let domain = due.take(through: now.uptime) {
            guard record(of: domain) != nil else { continue }
            change(domain) { record, machine in
                record.scheduled = nil
                orders += machine.advance(&record, now)
            }
        }
        return orders + grant(now)
    }

    private func advance(_ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard let deadline = record.deadline, deadline <= now.uptime else { return [] }
        switch record.phase {
        case .acting(let attempt, _, let limit):
            record.phase = .acting(attempt, overdue: nil, deadline: limit)
            return [
                report(
                    record, .held, "libvirt has not answered in time; waiting for it", attempt.action, now,
                    skip: .libvirt)
            ]
        case .probation:
            record.phase = .idle
            record.failures = 0
            record.trial = nil
            // An alert that fired all the time was not cured by what was done about it.
            return record.firing.values.first.map { hear($0, in: &record, now) } ?? []
        case .waiting:
            enqueue(&record, now)
            return []
        case .idle:
            record.forgetRepairs()
            return []
        case .held where record.incident?.refusal != nil && record.incident?.isStale == false:
            if let hold = hold(of: record, now) { return refuse(&record, hold, nil, now) }
            fallthrough
        default:
            record.isLooking = true
            return [.look(record.domain)]
        }
    }

    /// Takes new settings. What is under way ends; what is not begun is judged by the new ones.
    public mutating func reload(_ settings: RemediationSettings, now: Moment) {
        self.settings = settings
        for domain in records.values.flatMap(\.values).map(\.domain) {
            change(domain) { record, machine in
                record.quarantineEnds = record.quarantine.flatMap { machine.end(of: $0, now) }
                if settings.mode == .off { record.forgetIncident() }
            }
        }
    }

    /// The order that the policy of an attempt makes of it.
    func stepOrder(_ attempt: Attempt) -> StepOrder {
        StepOrder(attempt, by: policy(named: attempt.policy))
    }
    func record(of domain: DomainIdentity) -> DomainRecord? {
        records[domain.uuid]?[domain.connection]
    }

    /// Lets `body` change the domain's record, and forgets the record when it says nothing any more.
    mutating func change(_ domain: DomainIdentity, _ body: (inout DomainRecord, inout Remediator) -> Void) {
        var record = self.record(of: domain) ?? DomainRecord(domain: domain)
        body(&record, &self)
        if let deadline = record.deadline, deadline != record.scheduled {
            due.insert(DueDomain(time: deadline, domain: domain))
            record.scheduled = deadline
        }
        enter(record)
        records[domain.uuid, default: [:]][domain.connection] = record.isForgettable ? nil : record
        if records[domain.uuid]?.isEmpty == true { records[domain.uuid] = nil }
    }

    /// Keeps the books of the domain's host in step with the domain's phase.
    private mutating func enter(_ record: DomainRecord) {
        let uuid = record.domain.uuid
        guard record.phase.usesGate || gates[record.domain.connection] != nil else { return }
        var gate = gates[record.domain.connection] ?? HostGate()
        if case .queued(let since) = record.phase {
            if gate.waiting[uuid] == nil { gate.waiting[uuid] = candidate(record, since) }
        } else {
            gate.waiting[uuid] = nil
        }
        if case .granted = record.phase { gate.granted.insert(uuid) } else { gate.granted.remove(uuid) }
        if record.phase.holdsTurn { gate.active.insert(uuid) } else { gate.active.remove(uuid) }
        gates[record.domain.connection] = gate
    }

    private func candidate(_ record: DomainRecord, _ since: Duration) -> HostGate.Candidate {
        let policy = policy(named: record.incident?.policy)
        return HostGate.Candidate(
            domain: record.domain, policy: policy?.name ?? "", priority: policy?.priority ?? 0, since: since,
            isOnLadder: (record.incident?.nextStep ?? 0) > 0 || record.incident?.isContinued == true,
            resources: record.incident?.resources ?? [])
    }

    func incident(_ record: DomainRecord, _ now: Moment) -> Incident {
        let id = record.domain.uuid.description.suffix(12) + "-\(now.time.milliseconds)-\(record.failures)"
        return Incident(id: String(id), opened: now.uptime)
    }

    func delay(_ policy: Policy, after failures: Int) -> Duration {
        policy.backoff.delay(after: failures, random: random())
    }

    func policy(named name: String?) -> Policy? {
        settings.policies.first { $0.name == name }
    }

    /// How long an incident of this domain is collected.
    func settle(_ domain: DomainIdentity) -> Duration {
        settings.policies.first { $0.covers(domain.name) }?.settle ?? Policy().settle
    }

    func report(
        _ record: DomainRecord, _ outcome: Decision.Outcome, _ reason: String, _ action: String?, _ now: Moment,
        skip: SkipReason? = nil
    ) -> Order {
        let unknown = Judgement(cause: .unknown, confidence: .low, evidence: "")
        var decision = Decision(
            domain: record.domain, incident: record.incident?.id ?? "",
            judgement: record.incident?.judgement ?? unknown, action: action, outcome: outcome, reason: reason,
            policy: record.incident?.policy, time: now.time)
        if let skip { decision.skip = skip }
        decision.age = record.incident.map { now.uptime - $0.opened }
        return .report(decision)
    }

    /// Ends the incident with one decision.
    func end(
        _ record: inout DomainRecord, _ outcome: Decision.Outcome, _ reason: String, action: String? = nil,
        _ now: Moment,
        phase: Phase = .idle, skip: SkipReason? = nil
    ) -> [Order] {
        let order = report(record, outcome, reason, action, now, skip: skip)
        let close: [Order] = record.incident?.isKept == true ? [.close(record.domain)] : []
        record.incident = nil
        record.phase = phase
        let orders = [order] + close + afterTrial(&record, outcome, now)
        // It is about the domain as it is now.
        guard case .idle = record.phase, let late = record.lateAlert.flatMap({ record.firing[$0] }) else {
            return orders
        }
        return orders + hear(late, in: &record, now)
    }
}
