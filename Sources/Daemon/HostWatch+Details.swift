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

    /// Asks the domains whose turn it is.
    func readDetails(_ call: MonitorCall) async {
        for index in groups(of: [.details]) {
            var queue = detailQueues[index] ?? SpreadQueue()
            let turn = queue.next()
            detailQueues[index] = queue
            for uuid in turn where isCurrent(call) { await readDetails(of: uuid, index, call) }
        }
    }

    private func readDetails(of uuid: ObjectUUID, _ index: Int, _ call: MonitorCall) async {
        guard let known = domains[uuid], !hung.contains(uuid) else { return }
        let wanted = plan.sampling.groups[index].calls
        let calls = known.isActive ? wanted : wanted.intersection(Self.lasting)
        guard !calls.isEmpty else { return }
        let answer = await call.lane.details(
            of: uuid, calls: calls, disks: known.description?.disks.compactMap(\.target) ?? [],
            interfaces: known.description?.interfaces.compactMap(\.target) ?? [], refused: refused)
        guard isCurrent(call), var domain = domains[uuid] else { return }
        for refusal in answer.refused.subtracting(refused).sorted() { refuse(refusal) }
        answered.formUnion(answer.answered)
        var stats = DomainStats(uuid: uuid, name: domain.identity.name)
        stats.status = domain.status
        var reading = domain.reading(stats)
        reading.details = answer.details
        put([index], reading, of: &domain, at: .now)
        domains[uuid] = domain
        // While something is under way, its progress is read in each round.
        if answer.details.isUnderWay { detailQueues[index, default: SpreadQueue()].hurry(uuid) }
    }
}

extension DomainDetails {
    fileprivate var isUnderWay: Bool {
        job?.isRunning == true || blockJobs?.isEmpty == false
    }
}
