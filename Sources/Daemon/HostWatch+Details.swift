// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling
import Vocabulary

/// What only calls about one domain tell: a few domains in each round, in the lane of tier 2, under its deadline.
extension HostWatch {
    /// What of it is true of a domain that does not run, too.
    private static let lasting: Set<DomainCall> = [.snapshots, .checkpoints]
    /// Events after which a domain is asked in the next round, not in its turn.
    private static let hurryingKinds: Set<String> = [
        "block_job", "io_error", "job_completed", "migration_iteration", "tunable",
    ]

    /// Lets the domains wait for the groups that are due at `now`.
    func queueDetails(at now: Duration) {
        let due = dueGroups(of: [.details], at: now)
        for index in due {
            let rounds = Int(plan.sampling.groups[index].interval / plan.interval)
            detailQueues[index, default: SpreadQueue()].add(Array(domains.keys), within: rounds)
        }
        clock.note(due, at: now)
    }

    /// An event tells that there is news of the domain.
    func hurryDetails(of uuid: ObjectUUID, after event: DomainEvent) {
        guard Self.hurryingKinds.contains(event.kind) || event.detail.hasPrefix("suspended_") else { return }
        hurryDetails(of: uuid)
    }

    func hurryDetails(of uuid: ObjectUUID) {
        for index in groups(of: [.details]) { detailQueues[index, default: SpreadQueue()].hurry(uuid) }
    }

    var hasDetailsToRead: Bool { detailQueues.values.contains { $0.count > 0 } }

    /// The most domains that one errand to the lane's queue asks about: each errand wakes two threads, and what is known
    /// of its first domain waits for its last.
    private static let errand = 16

    /// Asks the domains whose turn it is.
    func readDetails(_ call: MonitorCall) async {
        var turns: [(index: Int, uuid: ObjectUUID)] = []
        for index in groups(of: [.details]) {
            var queue = detailQueues[index] ?? SpreadQueue()
            turns += queue.next().map { (index, $0) }
            detailQueues[index] = queue
        }
        while !turns.isEmpty, isCurrent(call) {
            let some = turns.prefix(Self.errand)
            turns.removeFirst(some.count)
            await readDetails(some.compactMap { turn($0.index, $0.uuid) }, call)
        }
    }

    /// What a group asks about a domain.
    private struct Turn {
        /// The group's place in the plan.
        let index: Int
        let request: DetailsRequest
        let isActive: Bool
    }

    /// nil when there is nothing to ask.
    private func turn(_ index: Int, _ uuid: ObjectUUID) -> Turn? {
        guard let known = domains[uuid], !hung.contains(uuid) else { return nil }
        let wanted = plan.sampling.groups[index].calls
        let calls = known.isActive ? wanted : wanted.intersection(Self.lasting)
        guard !calls.isEmpty else { return nil }
        let request = DetailsRequest(
            uuid, calls: calls, disks: known.description?.disks.compactMap(\.target) ?? [],
            interfaces: known.description?.interfaces.compactMap(\.target) ?? [])
        return Turn(index: index, request: request, isActive: known.isActive)
    }

    private func readDetails(_ some: [Turn], _ call: MonitorCall) async {
        guard !some.isEmpty else { return }
        let end = call.end
        let answer = await call.lane.details(of: some.map(\.request), refused: refused) { !end.isSet }
        guard isCurrent(call) else { return }
        for refusal in answer.refused.subtracting(refused).sorted() { refuse(refusal) }
        answered.formUnion(answer.answered)
        for (turn, details) in zip(some, answer.details) { put(details, turn) }
    }

    private func put(_ details: DomainDetails, _ turn: Turn) {
        let uuid = turn.request.uuid
        // One that was started or stopped meanwhile has its turn again.
        guard let domain = domains[uuid], domain.isActive == turn.isActive else { return }
        var stats = DomainStats(uuid: uuid, name: domain.identity.name)
        stats.status = domain.status
        var reading = domain.reading(stats)
        reading.details = details
        put([turn.index], reading, of: domain, at: .now)
        // While something is under way, its progress is read in each round.
        if details.isUnderWay { detailQueues[turn.index, default: SpreadQueue()].hurry(uuid) }
    }
}

extension DomainDetails {
    fileprivate var isUnderWay: Bool {
        job?.isRunning == true || blockJobs?.isEmpty == false
    }
}
