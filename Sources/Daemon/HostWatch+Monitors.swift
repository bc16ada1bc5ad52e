// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Tier 2: what only the monitors know, all domains in one call, in a lane, with a deadline.
///
/// NOWAIT passes over a domain whose job another call holds, but the call that first meets a monitor that hangs takes
/// that job and never returns. So it is given up after the deadline, and the round goes on in another lane, where
/// libvirt now passes over the domain that hangs; no further call reaches its monitor until the first has returned.
extension HostWatch {
    private static let controlCall = "virDomainGetControlInfo"

    /// One call of tier 2 that is under way.
    struct MonitorCall {
        let number: Int
        let lane: Connection
        /// When it is overdue, or is looked at again; nil when it may take its time.
        var due: Duration?
        let began = Duration.monotonic
        /// Set when it is given up: what its lane has yet to ask is then not asked.
        let end = CallEnd()
    }

    /// What one call asks for.
    struct Ask {
        /// Places in the sampling plan.
        var information: [Int]
        var monitor: [Int]
        /// Groups of the bulk call; empty when no monitor is to be asked.
        var stats: StatsGroups

        var isEmpty: Bool { information.isEmpty && monitor.isEmpty }
    }

    func startMonitorRound() {
        hung = hung.filter { domains[$0] != nil }
        if !hung.isEmpty { Task { await self.tellHung() } }
        guard monitorCall == nil else {
            figures.skippedMonitorRounds += 1
            return
        }
        Task { await self.monitorRound() }
    }

    private func monitorRound() async {
        guard monitorCall == nil, links != nil, lanes?.isOpen == true else {
            figures.skippedMonitorRounds += 1
            return
        }
        let ask = ask(at: .monotonic)
        queueDetails(at: .monotonic)
        guard !ask.isEmpty || !retries.isEmpty || callQueue.count > 0 || hasDetailsToRead else { return }
        guard let lane = await lane() else { return }
        guard monitorCall == nil else {
            lanes?.giveBack(lane)
            return
        }
        callNumber += 1
        // The test driver runs in this process: it has no monitor, and its one connection no other to take its place.
        let due = lane === links?.main ? nil : Duration.monotonic + plan.deadline
        let call = MonitorCall(number: callNumber, lane: lane, due: due)
        monitorCall = call
        if due != nil { watchDeadlines() }
        await carryOut(call, ask)
    }

    private func ask(at now: Duration) -> Ask {
        let monitor = dueGroups(of: [.monitor], at: now)
        return Ask(
            information: dueGroups(of: [.information], at: now), monitor: monitor, stats: needs(of: monitor))
    }

    /// A lane to work in, opened when none is free.
    func lane() async -> Connection? {
        let before = links?.main
        // Over a network each connection may end alone.
        while let lane = lanes?.take() {
            let isAlive = await lane.isAlive
            guard let before, links?.main === before else {
                Task { await lane.close() }
                return nil
            }
            if isAlive { return lane }
            Task { await lane.close() }
        }
        do throws(VirError) {
            let lane = try await openLane()
            guard let before, links?.main === before else {
                await lane.close()
                return nil
            }
            return lane
        } catch {
            log.warning("cannot open another connection to \(name): \(error)")
            return nil
        }
    }

    /// Another connection for calls that may hang.
    func openLane(_ access: Access = .readOnly) async throws(VirError) -> Connection {
        try await Connection.open(plan.uri, access: access, within: plan.openingDeadline)
    }

    private func carryOut(_ call: MonitorCall, _ ask: Ask) async {
        let began = Duration.monotonic
        do throws(VirError) {
            for stats in try await answer(to: ask, call) where isCurrent(call) { take(stats, ask, call) }
            if isCurrent(call), ask.monitor.isEmpty { try await askAgain(call) }
        } catch {
            if isCurrent(call) { failed(error, [.information, .monitor]) }
        }
        if isCurrent(call) {
            clock.note(ask.information + ask.monitor, at: began)
            await callByCall(call)
            await readDetails(call)
        }
        if isCurrent(call) {
            monitorCall = nil
            lanes?.giveBack(call.lane)
        } else if lanes?.comeBack(call.lane) == true {
            await lookAtHung()
        }
    }

    func isCurrent(_ call: MonitorCall) -> Bool {
        monitorCall?.number == call.number
    }

    /// The bulk call for the groups that are due; for those that `virDomainGetInfo` tells of, that, unless they always
    /// come with the bulk call.
    private func answer(to ask: Ask, _ call: MonitorCall) async throws(VirError) -> [DomainStats] {
        var found: [DomainStats] = []
        // No group at all would be libvirt's word for all of them.
        if !ask.stats.isEmpty {
            if hasBulk {
                found = try await call.lane.statistics(ask.stats, noWait: true)
                await noteUnknownFields(of: call.lane)
            } else {
                found = domains.map { uuid, domain in DomainStats(uuid: uuid, name: domain.identity.name) }
            }
            if isCurrent(call) { queueCalls(found) }
        }
        guard !ask.information.isEmpty, !refused.contains("virDomainGetInfo"), !isInformationInBulk else {
            return found
        }
        return filled(found, from: try await call.lane.information(of: Array(domains.keys)), call)
    }

    /// Whether each answer of the bulk call has what `virDomainGetInfo` tells, as often as that is wanted.
    ///
    /// One of the two is the source, always: where domains have control groups, QEMU's driver reads CPU time from those
    /// for the bulk call and from /proc for the other, and a counter from both in turn would go back.
    private var isInformationInBulk: Bool {
        guard hasBulk else { return false }
        let all = plan.sampling.groups
        return groups(of: [.information]).allSatisfy { index in
            let together = groups(of: [.monitor]).filter { all[$0].interval == all[index].interval }
            return needs(of: together).isSuperset(of: all[index].needs)
        }
    }

    /// The same with what `virDomainGetInfo` told.
    private func filled(_ found: [DomainStats], from information: [DomainStats], _ call: MonitorCall) -> [DomainStats] {
        if isCurrent(call), !information.isEmpty { answered.insert("virDomainGetInfo") }
        var filled = Dictionary(found.map { ($0.uuid, $0) }, uniquingKeysWith: { $1 })
        for uuid in filled.keys { filled[uuid]?.cpu?.time = nil }
        for stats in information {
            // The lane may know the domain by a name that it had before.
            let name = domains[stats.uuid]?.identity.name ?? stats.name
            filled[stats.uuid, default: DomainStats(uuid: stats.uuid, name: name)].fill(from: stats)
        }
        return Array(filled.values)
    }

    /// A start holds its domain's job for seconds, a migration for minutes: the next full round asks again anyway.
    var retryLimit: Duration { .monotonic + max(.seconds(15), plan.interval * 2) }

    /// The domains that were started, stopped or busy are asked now, and all the others in their time.
    private func askAgain(_ call: MonitorCall) async throws(VirError) {
        retries = retries.filter { domains[$0.key] != nil && !hung.contains($0.key) }
        let uuids = Array(retries.keys)
        guard !uuids.isEmpty else { return }
        let groups = groups(of: [.monitor])
        guard hasBulk, !refused.contains(Self.listCall) else {
            retries = [:]
            return queueCalls(of: uuids)
        }
        do throws(VirError) {
            let found = try await call.lane.statistics(needs(of: groups), of: uuids, noWait: true)
            guard isCurrent(call) else { return }
            answered.insert(Self.listCall)
            queueCalls(found)
            for stats in found { take(stats, Ask(information: [], monitor: groups, stats: []), call) }
        } catch {
            guard error.code == .noSupport else { throw error }
            refuse(error.call)
        }
    }

    // MARK: Deadlines

    /// One task waits for all calls: most are over when it looks, and in a row of short calls there is one that waits.
    private func watchDeadlines() {
        guard !isWatchingDeadlines else { return }
        isWatchingDeadlines = true
        Task { [weak self] in
            // Never cancelled: it ends when it finds no call under way.
            while let wait = await self?.untilDeadline() { try? await Task.sleep(for: wait) }
        }
    }

    /// How long until the call under way is overdue, or is looked at again; nil when there is none.
    private func untilDeadline() async -> Duration? {
        if let call = monitorCall, let due = call.due, due <= .monotonic {
            monitorCall?.due = .monotonic + plan.deadline
            await overdue(call)
        }
        guard let due = monitorCall?.due else {
            isWatchingDeadlines = false
            return nil
        }
        return max(.milliseconds(1), due - .monotonic)
    }

    /// The call has not returned in time: given up when a monitor hangs, waited for when it is only slow. So it is where
    /// nothing tells whether one hangs (Xen), but figures that are three rounds old are not shown.
    private func overdue(_ call: MonitorCall) async {
        guard monitorCall?.number == call.number, links != nil else { return }
        let found = await hungDomains(among: Array(domains.keys))
        guard monitorCall?.number == call.number else { return }
        if found.isEmpty {
            if Duration.monotonic - call.began > plan.sampling.monitorInterval * 3 {
                withdraw([.information, .monitor, .details], "a call into domains of \(name) does not return")
            }
            return
        }
        figures.overdueCalls += 1
        call.end.set()
        lanes?.writeOff(call.lane)
        monitorCall = nil
        let changed = found.subtracting(hung).flatMap { setHung($0, true) }
        await listener.changed(changed, at: .now)
        guard monitorCall == nil else { return }
        if lanes?.isOpen == true {
            // Not waited for: whoever looks at deadlines has to look at that call's, too.
            Task { await self.monitorRound() }
        } else if lanes?.writtenOff.count ?? 0 >= Lanes.limit {
            withdraw(
                [.information, .monitor, .details],
                "\(Lanes.limit) calls into monitors of \(name) hang, so no more are made")
        }
    }

    /// The domains whose monitor has been busy with one command for half the deadline (`virDomainGetControlInfo`).
    private func hungDomains(among uuids: [ObjectUUID]) async -> Set<ObjectUUID> {
        guard let links else { return [] }
        let limit = plan.deadline / 2
        var found: Set<ObjectUUID> = []
        for uuid in uuids {
            guard domains[uuid]?.isActive == true else { continue }
            guard let control = await control(of: uuid, links), control.isBusy else { continue }
            if control.since >= limit { found.insert(uuid) }
        }
        return found
    }

    /// nil for a domain that is gone, or whose driver has no such call: none that hangs.
    func control(of uuid: ObjectUUID, _ links: HostLinks) async -> ControlReading? {
        guard !refused.contains(Self.controlCall) else { return nil }
        do throws(VirError) {
            let control = try await links.main.control(of: uuid)
            answered.insert(Self.controlCall)
            return control
        } catch {
            if error.code == .noSupport { refuse(Self.controlCall) }
            return nil
        }
    }

    /// Notes that a domain's monitor hangs, or does no more; the series that this changed.
    private func setHung(_ uuid: ObjectUUID, _ isHung: Bool) -> [Labels] {
        if isHung { hung.insert(uuid) } else { hung.remove(uuid) }
        guard let domain = domains[uuid] else { return [] }
        domains[uuid]?.isTimedOut = isHung
        let fields: Logger.Metadata = ["domain": "\(domain.identity.name)", "host": "\(name)"]
        if isHung {
            let lost = groups(of: [.information, .monitor, .details])
            board.remove(lost.map { .domain(domain.identity, .group($0)) }, at: .now)
            log.warning("a domain's monitor does not answer; it is not asked until it does", metadata: fields)
        } else {
            log.notice("a domain's monitor answers again", metadata: fields)
        }
        return putState(of: uuid, at: .now)
    }

    /// A call that had hung has returned: domains whose monitor answers again are asked again.
    private func lookAtHung() async {
        let asked = hung
        let still = lanes?.writtenOff.isEmpty == true ? [] : await hungDomains(among: Array(asked))
        await recover(asked.subtracting(still))
    }

    /// The monitors of these domains answer again.
    func recover(_ uuids: Set<ObjectUUID>) async {
        let changed = uuids.intersection(hung).flatMap { setHung($0, false) }
        await listener.changed(changed, at: .now)
    }

    // MARK: Taking

    /// Of a domain that was started or stopped meanwhile nothing is taken: it is asked again.
    private func take(_ stats: DomainStats, _ ask: Ask, _ call: MonitorCall) {
        guard !hung.contains(stats.uuid), let domain = domains[stats.uuid], domain.turned < call.began else { return }
        var monitor = domain.isReadByCalls ? [] : ask.monitor
        if !monitor.isEmpty {
            let until = retries[stats.uuid] ?? retryLimit
            if domain.isActive, stats.isReduced(domain), .monotonic < until {
                // What was known of it before stands until then.
                retries[stats.uuid] = until
                monitor = []
            } else {
                retries[stats.uuid] = nil
            }
        }
        put(ask.information + monitor, domain.reading(stats), of: domain, at: .now)
    }

    // MARK: Call by call

    /// Notes which active domains the bulk call knows nothing of but their state: they are read call by call.
    private func queueCalls(_ answer: [DomainStats]) {
        var queued: [ObjectUUID] = []
        for stats in answer {
            guard let domain = domains[stats.uuid] else { continue }
            domain.isReadByCalls = domain.isActive && stats.hasNothingButState
            if domain.isReadByCalls { queued.append(stats.uuid) }
        }
        queueCalls(of: queued)
    }

    private func queueCalls(of uuids: [ObjectUUID]) {
        let rounds = Int(plan.sampling.monitorInterval / plan.interval)
        callQueue.add(uuids, within: rounds)
    }

    /// The domains whose turn it is.
    private func callByCall(_ call: MonitorCall) async {
        for uuid in callQueue.next() {
            guard isCurrent(call) else { return }
            guard let known = domains[uuid], known.isActive, !hung.contains(uuid) else { continue }
            let asked = Duration.monotonic
            let stats = await byCalls(DomainStats(uuid: uuid, name: known.identity.name), of: known, call.lane)
            guard isCurrent(call), let domain = domains[uuid], domain.turned < asked else { continue }
            put(groups(of: [.round, .information, .monitor]), domain.reading(stats), of: domain, at: .now)
        }
    }

    private func byCalls(_ stats: DomainStats, of domain: WatchedDomain, _ lane: Connection) async -> DomainStats {
        let answer = await lane.statisticsByCalls(
            of: stats, interfaces: domain.description?.interfaces.compactMap(\.target) ?? [],
            disks: domain.description?.disks.compactMap(\.target) ?? [], refused: refused)
        guard links != nil else { return answer.stats }
        for call in answer.refused.sorted() { refuse(call) }
        answered.formUnion(answer.answered)
        return answer.stats
    }
}

extension DomainStats {
    /// Whether another call held the domain's job, so that its monitor was not asked (NOWAIT).
    fileprivate func isReduced(_ domain: WatchedDomain) -> Bool {
        domain.description?.disks.isEmpty == false && disks.allSatisfy { $0.readRequests == nil }
    }

    /// Whether the driver's bulk call knows nothing of the domain but its state. A domain that was passed over because
    /// its monitor is busy still comes with what libvirt knows by itself.
    fileprivate var hasNothingButState: Bool {
        cpu == nil && balloon == nil && vcpuCurrent == nil && vcpuMaximum == nil && vcpus.isEmpty && disks.isEmpty
    }
}
