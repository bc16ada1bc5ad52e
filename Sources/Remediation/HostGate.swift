// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What one host's repairs have used of its limits, and who waits for a turn.
struct HostGate: Sendable {
    /// A domain whose step is due.
    struct Candidate: Sendable {
        let domain: DomainIdentity
        let policy: String
        let priority: Int
        let since: Duration
        let isOnLadder: Bool
        let resources: [String]
        var isSaid = false

        /// What has been begun is brought to its end first, then the higher priority, then who waited longer.
        func goes(before other: Candidate) -> Bool {
            if isOnLadder != other.isOnLadder { return isOnLadder }
            if priority != other.priority { return priority > other.priority }
            if since != other.since { return since < other.since }
            return domain.name < other.domain.name
        }
    }

    struct Failure: Sendable {
        let time: Duration
        let domain: DomainUUID
        let resources: [String]
    }

    var waiting: [DomainUUID: Candidate] = [:]
    /// From the grant of a turn to the proof that the domain runs.
    var active: Set<DomainUUID> = []
    /// Those of `active` whose step has not been ordered yet.
    var granted: Set<DomainUUID> = []
    /// When steps began, in the last minute, and repairs, in the last hour.
    private var steps: [Duration] = []
    private var repairs: [Duration] = []
    private var failures: [Failure] = []
    private var shared: [Failure] = []
    private(set) var stormEnd: Duration?
    private(set) var heldResources: [String: Duration] = [:]

    /// Notes that a domain failed; whether that makes a storm.
    mutating func fail(_ domain: DomainUUID, _ limits: HostLimits.Storm, _ now: Duration) -> Bool {
        if let stormEnd, now < stormEnd { return false }
        stormEnd = nil
        failures.removeAll { $0.time + limits.window <= now || $0.domain == domain }
        failures.append(Failure(time: now, domain: domain, resources: []))
        guard failures.count >= limits.failures else { return false }
        failures = []
        stormEnd = now + limits.cooldown
        return true
    }

    /// Notes what a failed domain shares with others; the resource that is suspect from now on.
    mutating func suspect(_ domain: DomainUUID, _ resources: [String], _ limits: HostLimits.Storm, _ now: Duration)
        -> String?
    {
        heldResources = heldResources.filter { $0.value > now }
        shared.removeAll { $0.time + limits.window <= now || $0.domain == domain }
        guard !resources.isEmpty else { return nil }
        shared.append(Failure(time: now, domain: domain, resources: resources))
        for resource in resources where heldResources[resource] == nil {
            guard shared.count(where: { $0.resources.contains(resource) }) >= limits.shared else { continue }
            shared.removeAll { $0.resources.contains(resource) }
            heldResources[resource] = now + limits.cooldown
            return resource
        }
        return nil
    }

    /// Notes a step; the first one of a repair counts as a repair too.
    mutating func step(isFirst: Bool, _ now: Duration) {
        steps.append(now)
        if isFirst { repairs.append(now) }
    }

    mutating func giveBack(isFirst: Bool) {
        if isFirst, !repairs.isEmpty { repairs.removeLast() }
    }

    /// Steps within the last minute, and repairs within the last hour, those included whose turn it is.
    func used(_ now: Duration) -> (steps: Int, repairs: Int) {
        (
            steps.count { $0 + .seconds(60) > now } + granted.count,
            repairs.count { $0 + .seconds(3600) > now } + granted.count
        )
    }

    /// Whether the host has a turn left at `now`.
    mutating func hasTurn(_ limits: HostLimits, _ now: Duration) -> Bool {
        steps.removeAll { $0 + .seconds(60) <= now }
        repairs.removeAll { $0 + .seconds(3600) <= now }
        if let stormEnd, now < stormEnd { return false }
        return active.count < limits.concurrent && steps.count + granted.count < limits.stepsPerMinute
    }

    /// Whether the host has a turn left for a repair that has not begun.
    func hasRepair(_ limits: HostLimits) -> Bool {
        repairs.count + granted.count < limits.repairsPerHour
    }

    /// When waiting could be over without anything else that happens.
    func wake(_ limits: HostLimits, _ now: Duration) -> Duration? {
        guard !waiting.isEmpty else { return nil }
        var times = heldResources.values.filter { $0 > now }
        if let stormEnd, stormEnd > now { times.append(stormEnd) }
        if steps.count + granted.count >= limits.stepsPerMinute, let first = steps.first {
            times.append(first + .seconds(60))
        }
        if !hasRepair(limits), let first = repairs.first { times.append(first + .seconds(3600)) }
        return times.filter { $0 > now }.min()
    }
}
