// SPDX-License-Identifier: Apache-2.0
import DomainXML
package import Libvirt
import Sampling
package import Vocabulary

/// What the agent keeps of one domain between rounds: identity, last known status, and a sampler for each part.
///
/// An object, since it is far too large to be copied for each thing that a round takes down. Its watch alone has it.
final class WatchedDomain {
    let identity: DomainIdentity
    /// When it was first seen, on the monotonic clock.
    let met = Duration.monotonic
    private(set) var status: StateReading
    var listed: ListedDomain?
    var description: DomainDescription?
    /// Why its definition could not be read when it was last asked for, one clause; nil when it could.
    var unreadable: String?
    var counters: EventCounters
    var state: DomainSampler
    /// One for each group of the sampling plan.
    var samplers: [DomainSampler]
    var guest: GuestWatch
    /// When it was started, or first seen to run; nil while it does not.
    private(set) var startedAt: Timestamp?
    /// When it was last noticed that it had been started or stopped, on the monotonic clock.
    private(set) var turned = Duration.zero
    /// vCPUs and KiB of memory that the last statistics told; the definition's count until then.
    private var vcpus: UInt64?
    private var memory: UInt64?
    /// Requests to all its disks since it was started, as the statistics last told.
    private(set) var diskRequests: UInt64?
    /// Whether its monitor does not answer.
    var isTimedOut = false
    /// Whether it is read call by call, because the driver's bulk call knows nothing but its state.
    var isReadByCalls = false

    init(identity: DomainIdentity, status: StateReading, host: String?, plan: SamplingPlan) {
        self.identity = identity
        self.status = status
        startedAt = status.state == .shutoff ? nil : .now
        let uuid = plan.hasUUIDLabel ? identity.uuid.description : nil
        counters = EventCounters(domain: identity.name, host: host, uuid: uuid)
        let sampler = DomainSampler(domain: identity.name, host: host, uuid: uuid)
        state = sampler
        samplers = Array(repeating: sampler, count: plan.groups.count)
        guest = GuestWatch(sampler)
    }

    func reading(_ stats: DomainStats) -> DomainReading {
        DomainReading(
            stats: stats, description: description, isPersistent: listed?.isPersistent,
            hasAutostart: listed?.hasAutostart, hasManagedSave: listed?.hasManagedSave, isTimedOut: isTimedOut,
            startedAt: startedAt, guest: status.state == .running ? guest.info : nil, isGuestAgentUp: isGuestAgentUp)
    }

    /// Takes the status that was read; a domain that is found to run has been started by now.
    func take(_ status: StateReading, at time: Timestamp) {
        if isActive != (status.state != .shutoff) {
            (vcpus, memory, diskRequests) = (nil, nil, nil)
            turned = .monotonic
        }
        self.status = status
        startedAt = isActive ? startedAt ?? time : nil
    }

    /// The domain was started, whether it had been seen to stop or not.
    func started(at time: Timestamp) {
        startedAt = time
        turned = .monotonic
    }

    /// Notes what the statistics say of the part of the host that the domain may use.
    func noteAllocation(_ stats: DomainStats) {
        vcpus = stats.vcpuCurrent ?? vcpus
        memory = stats.balloon?.maximum ?? memory
        let requests = stats.disks.flatMap { [$0.readRequests, $0.writeRequests] }.compactMap { $0 }
        if !requests.isEmpty { diskRequests = requests.reduce(0, &+) }
    }

    var allocation: HostSeries.Allocation {
        HostSeries.Allocation(vcpus: vcpus ?? description?.vcpus, memory: memory ?? description?.memory)
    }

    /// nil when there is no agent to be up: no channel for one, or no running domain.
    var isGuestAgentUp: Bool? {
        guard description?.hasAgentChannel == true, status.state != .shutoff else { return nil }
        return guest.isConnected && guest.answers && status.state != .crashed
    }

    /// That the status is now another than the one last known; nil when the domain is gone.
    func finding(_ now: StateReading?, at time: Timestamp) -> DomainFinding {
        DomainFinding(domain: identity, before: status.words, now: now?.words, time: time)
    }

    var facts: DomainFacts {
        var facts = DomainFacts(
            identity: identity, status: status.words, isPersistent: listed?.isPersistent ?? true,
            hasManagedSave: listed?.hasManagedSave ?? false, manager: description?.manager,
            onCrash: description?.onCrash, id: listed?.id,
            isAgentConnected: description?.hasAgentChannel == true ? guest.isConnected && isActive : nil)
        facts.namespaces = description?.namespaces ?? []
        facts.watchdogAction = description?.watchdogAction
        facts.wish = wish
        // Nobody knows then who manages it, or what its owner wishes now.
        if let reason = unreadable ?? (description == nil ? "it has not been read yet" : nil) {
            facts.wish = wish ?? DomainWish()
            facts.wish?.problems.insert("its definition cannot be read: \(reason)", at: 0)
        }
        return facts
    }

    /// What its metadata says of its repair.
    var wish: DomainWish? {
        description?.remediation.map { DomainWish($0.attributes, problems: $0.problems) }
    }

    /// Every place on the board that this domain's series may stand in.
    var keys: [Board.Key] {
        [.domain(identity, .state), .domain(identity, .events), .domain(identity, .guest)]
            + samplers.indices.map { .domain(identity, .group($0)) }
    }

    var isActive: Bool { status.state != .shutoff }
}

extension StateReading {
    var words: DomainStatus { DomainStatus(state: state.name, reason: reasonName) }
}

extension ObjectUUID {
    package init(_ uuid: DomainUUID) {
        self.init(high: uuid.high, low: uuid.low)
    }
}

extension ListedDomain {
    func identity(on connection: String) -> DomainIdentity {
        DomainIdentity(connection: connection, uuid: DomainUUID(high: uuid.high, low: uuid.low), name: name)
    }
}

extension Event {
    /// The same event in the words that rules, counters and the classifier share.
    func heard(on connection: String, at time: Timestamp) -> DomainEvent {
        DomainEvent(
            domain: DomainIdentity(
                connection: connection, uuid: DomainUUID(high: uuid.high, low: uuid.low), name: name),
            kind: kindName, detail: detailName, note: note, time: time)
    }
}
