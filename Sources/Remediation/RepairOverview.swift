// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// How everything stands: what metrics count and operators are shown.
public struct RepairOverview: Sendable {
    /// One thing that holds a domain's next step.
    public struct Hold: Hashable, Sendable {
        public let skip: SkipReason
        /// One clause.
        public let reason: String
        /// nil when nobody knows.
        public let until: Timestamp?
    }

    /// One domain of which anything is remembered.
    public struct Entry: Sendable {
        public let domain: DomainIdentity
        public let state: RepairState
        public var incident: String?
        public var cause: Cause?
        public var policy: String?
        /// Passes through the ladder that still count, of how many, within which time.
        public var attempts = 0
        public var limit: Int?
        public var window: Duration?
        /// When the oldest of them counts no more.
        public var freed: Timestamp?
        /// When it goes on by itself, unless something holds it then.
        public var next: Timestamp?
        public var quarantinedSince: Timestamp?
        public var holds: [Hold] = []
        /// What the domain's owner wishes, as last read.
        public var wish: DomainWish?
    }

    /// What one host's repairs use of its limits.
    public struct Host: Sendable {
        public let name: String
        public let underWay: Int
        public let stepsInMinute: Int
        public let repairsInHour: Int
        public let waiting: Int
        public let stormEnds: Timestamp?
        /// Pools and networks that wait since many domains with them failed, and until when.
        public let suspects: [String: Timestamp]
    }

    /// By host and name.
    public let entries: [Entry]
    public let hosts: [Host]
    public let pauses: [RepairPause]
    /// Why no step is performed on any host, one clause.
    public let obstacle: String?
    /// Writes to the journal that failed.
    public internal(set) var journalFailures = 0

    /// Those that are not healthy.
    public var troubled: [Entry] { entries.filter { $0.state != .healthy } }

    public func count(_ state: RepairState) -> Int {
        entries.count { $0.state == state }
    }
}

extension Remediator {
    public func overview(now: Moment) -> RepairOverview {
        let entries = records.values.flatMap(\.values).map { entry($0, now) }
            .sorted { ($0.domain.connection, $0.domain.name) < ($1.domain.connection, $1.domain.name) }
        let hosts = gates.map { name, gate in
            let (steps, repairs) = gate.used(now.uptime)
            return RepairOverview.Host(
                name: name, underWay: gate.active.count, stepsInMinute: steps, repairsInHour: repairs,
                waiting: gate.waiting.count, stormEnds: gate.stormEnd.flatMap { now.time(of: $0) },
                suspects: gate.heldResources.compactMapValues { now.time(of: $0) })
        }
        return RepairOverview(
            entries: entries, hosts: hosts.sorted { $0.name < $1.name }, pauses: pauses.all,
            obstacle: conditions.obstacle?.reason)
    }

    private func entry(_ record: DomainRecord, _ now: Moment) -> RepairOverview.Entry {
        var entry = RepairOverview.Entry(domain: record.domain, state: record.phase.state)
        let name = record.incident?.policy ?? record.quarantine?.policy
        let policy = policy(named: name).map { record.wish?.lowered($0) ?? $0 }
        let window = policy?.budget.window ?? Budget().window
        let counting = record.starts.filter { $0 + window > now.uptime }
        entry.incident = record.incident?.id
        entry.cause = record.incident?.judgement?.cause ?? record.quarantine?.cause
        entry.policy = policy?.name
        entry.attempts = counting.count
        entry.limit = policy?.budget.attempts
        entry.window = policy.map(\.budget.window)
        entry.freed = counting.first.flatMap { now.time(of: $0 + window) }
        entry.quarantinedSince = record.quarantine?.since
        entry.wish = record.wish
        switch record.phase {
        case .idle, .probation, .acting: break
        default: entry.next = record.deadline.flatMap { now.time(of: $0) }
        }
        if entry.state != .healthy { entry.holds = holds(of: record, now) }
        return entry
    }

    /// What holds the next step of a domain that is not healthy.
    private func holds(of record: DomainRecord, _ now: Moment) -> [RepairOverview.Hold] {
        var holds: [RepairOverview.Hold] = []
        func add(_ skip: SkipReason, _ reason: String, _ until: Timestamp?) {
            holds.append(RepairOverview.Hold(skip: skip, reason: reason, until: until))
        }
        if let hold = hold(of: record, now) {
            add(hold.skip, hold.reason, hold.skip == .pause ? nil : hold.until)
        }
        if let obstacle = conditions.obstacle { add(obstacle.skip, obstacle.reason, nil) }
        if let reason = record.wish?.lowered(settings.mode, at: now.time).reason {
            add(.metadata, reason, record.wish?.holdUntil.flatMap { $0 > now.time ? $0 : nil })
        }
        guard record.phase.state != .probation, !record.phase.isQuarantine else { return holds }
        if case .held(_, let limit) = record.phase, record.incident?.refusal == nil,
            let waits = record.incident?.waitsFor
        {
            add(waits.skip, waits.reason, now.time(of: limit))
        }
        guard let gate = gates[record.domain.connection] else { return holds }
        if let end = gate.stormEnd.flatMap({ now.time(of: $0) }) {
            add(.storm, "many domains of \(record.domain.connection) failed at once", end)
        }
        for resource in record.incident?.resources ?? [] {
            guard let end = gate.heldResources[resource].flatMap({ now.time(of: $0) }) else { continue }
            add(.storm, "many domains with \(resource) failed at once", end)
        }
        if case .waiting(let until) = record.phase, until > now.uptime {
            add(.backoff, "it waits after an attempt that did not last", now.time(of: until))
        }
        if case .queued = record.phase { holds += turn(of: record, gate, now) }
        return holds
    }

    /// What a domain whose step is due waits for.
    private func turn(of record: DomainRecord, _ gate: HostGate, _ now: Moment) -> [RepairOverview.Hold] {
        guard let own = gate.waiting[record.domain.uuid] else { return [] }
        let needed = policy(named: own.policy)?.dependsOn ?? []
        if !needed.isEmpty, !busyPolicies(on: record.domain.connection).isDisjoint(with: needed) {
            let names = needed.joined(separator: ", ")
            return [.init(skip: .dependency, reason: "domains of \(names) are repaired first", until: nil)]
        }
        let before = gate.waiting.values.count { $0.domain != own.domain && $0.goes(before: own) }
        let (steps, repairs) = gate.used(now.uptime)
        let full = [
            gate.active.count >= settings.limits.concurrent ? "concurrent" : nil,
            steps >= settings.limits.stepsPerMinute ? "steps_per_minute" : nil,
            repairs >= settings.limits.repairsPerHour ? "repairs_per_hour" : nil,
        ].compactMap { $0 }
        let limits = full.isEmpty ? "" : "; the host's limit is reached: \(full.joined(separator: ", "))"
        let until = gate.wake(settings.limits, now.uptime).flatMap { now.time(of: $0) }
        return [.init(skip: .turn, reason: "it waits for its turn, \(before) before it\(limits)", until: until)]
    }
}

extension Moment {
    /// A time of the monotonic clock by the wall clock; nil when it is past.
    func time(of uptime: Duration) -> Timestamp? {
        uptime > self.uptime ? time + (uptime - self.uptime) : nil
    }
}
