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
    /// One call of tier 2 that is under way.
    struct MonitorCall {
        let number: Int
        let lane: Connection
    }

    func startMonitorRound() {
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
        guard let lane = await lane(), monitorCall == nil else { return }
        callNumber += 1
        let call = MonitorCall(number: callNumber, lane: lane)
        monitorCall = call
        // The test driver runs in this process: it has no monitor, and its one connection no other to take its place.
        if lane !== links?.main { watchDeadline(of: call) }
        await carryOut(call)
    }

    /// A lane to work in, opened when none is free.
    private func lane() async -> Connection? {
        if let lane = lanes?.take() { return lane }
        let before = links?.main
        do throws(VirError) {
            let lane = try await Connection.open(plan.uri, access: .readOnly)
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

    private func carryOut(_ call: MonitorCall) async {
        var answer: [DomainStats] = []
        do throws(VirError) {
            if hasBulk {
                answer = try await call.lane.statistics([.cpuTotal, .balloon, .vcpu, .block], noWait: true)
                await noteUnknownFields(of: call.lane)
            } else {
                answer = domains.map { DomainStats(uuid: $0.key, name: $0.value.identity.name) }
            }
        } catch {
            if monitorCall?.number == call.number { failed(error, [.monitor]) }
        }
        for stats in answer where monitorCall?.number == call.number && !hung.contains(stats.uuid) {
            await take(stats, call)
        }
        if monitorCall?.number == call.number {
            monitorCall = nil
            lanes?.giveBack(call.lane)
        } else if lanes?.comeBack(call.lane) == true {
            await lookAtHung()
        }
    }

    // MARK: Deadlines

    private func watchDeadline(of call: MonitorCall) {
        let deadline = plan.deadline
        Task { [weak self] in
            // Never cancelled: a call that has returned by then is no longer the one under way.
            try? await Task.sleep(for: deadline)
            await self?.overdue(call)
        }
    }

    /// The call has not returned in time: given up when a monitor hangs, waited for when it is only slow.
    private func overdue(_ call: MonitorCall) async {
        guard monitorCall?.number == call.number, links != nil else { return }
        let found = await hungDomains(among: Array(domains.keys))
        guard monitorCall?.number == call.number else { return }
        if found.isEmpty { return watchDeadline(of: call) }
        figures.overdueCalls += 1
        lanes?.writeOff(call.lane)
        monitorCall = nil
        let changed = found.subtracting(hung).flatMap { setHung($0, true) }
        await listener.changed(changed, at: .now)
        guard monitorCall == nil else { return }
        if lanes?.isOpen == true {
            await monitorRound()
        } else {
            withdraw([.monitor], "\(Lanes.limit) calls into monitors of \(name) hang, so no more are made")
        }
    }

    /// The domains whose monitor has been busy with one command for half the deadline (`virDomainGetControlInfo`).
    private func hungDomains(among uuids: [ObjectUUID]) async -> Set<ObjectUUID> {
        guard let links else { return [] }
        let limit = plan.deadline / 2
        var found: Set<ObjectUUID> = []
        for uuid in uuids {
            guard let status = domains[uuid]?.status, status.state != .shutoff else { continue }
            // Silence is right: a domain that is gone, or whose driver has no such call, is none that hangs.
            guard let control = try? await links.main.control(of: uuid), control.isBusy else { continue }
            if control.since >= limit { found.insert(uuid) }
        }
        return found
    }

    /// Notes that a domain's monitor hangs, or does no more; the series that this changed.
    private func setHung(_ uuid: ObjectUUID, _ isHung: Bool) -> [Labels] {
        if isHung { hung.insert(uuid) } else { hung.remove(uuid) }
        guard let domain = domains[uuid] else { return [] }
        domains[uuid]?.isTimedOut = isHung
        let fields: Logger.Metadata = ["domain": "\(domain.identity.name)", "host": "\(name)"]
        if isHung {
            board.remove([.domain(domain.identity, .monitor)], at: .now)
            log.warning("a domain's monitor does not answer; it is not asked until it does", metadata: fields)
        } else {
            log.notice("a domain's monitor answers again", metadata: fields)
        }
        return putState(of: uuid, at: .now)
    }

    /// A call that had hung has returned: domains whose monitor answers again are asked again.
    private func lookAtHung() async {
        let still = lanes?.writtenOff.isEmpty == true ? [] : await hungDomains(among: Array(hung))
        let changed = hung.subtracting(still).flatMap { setHung($0, false) }
        await listener.changed(changed, at: .now)
    }

    // MARK: Taking

    private func take(_ stats: DomainStats, _ call: MonitorCall) async {
        guard let known = domains[stats.uuid] else { return }
        let needsCalls = known.status.state != .shutoff && stats.hasNothingButState
        let full = needsCalls ? await byCalls(stats, of: known, call.lane) : stats
        guard monitorCall?.number == call.number, var domain = domains[stats.uuid] else { return }
        let now = Timestamp.now
        board.put(
            domain.monitor.batch(domain.reading(full), collectors: Parts.monitor, at: now),
            as: .domain(domain.identity, .monitor))
        domain.hasTrafficByCalls = needsCalls && !full.interfaces.isEmpty
        if domain.hasTrafficByCalls {
            board.put(
                domain.traffic.batch(domain.reading(full), collectors: Parts.traffic, at: now),
                as: .domain(domain.identity, .traffic))
        }
        domains[stats.uuid] = domain
    }

    private func byCalls(_ stats: DomainStats, of domain: WatchedDomain, _ lane: Connection) async -> DomainStats {
        let answer = await lane.statisticsByCalls(
            of: stats, interfaces: domain.description?.interfaces.compactMap(\.target) ?? [],
            disks: domain.description?.disks.compactMap(\.target) ?? [], refused: refused)
        for call in answer.refused.sorted() { refuse(call) }
        return answer.stats
    }
}

extension DomainStats {
    /// Whether the driver's bulk call knows nothing of the domain but its state. A domain that was passed over because
    /// its monitor is busy still comes with what libvirt knows by itself.
    fileprivate var hasNothingButState: Bool {
        cpu == nil && balloon == nil && vcpuCurrent == nil && vcpuMaximum == nil && vcpus.isEmpty && disks.isEmpty
    }
}
