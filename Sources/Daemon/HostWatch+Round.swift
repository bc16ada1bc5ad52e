// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Sampling
import Vocabulary

/// The sampling round: two bulk calls in the steady state, whatever the number of domains.
extension HostWatch {
    /// Tier 1: groups that never touch a monitor, all domains in one call; then tier 2, if none is under way.
    func round() async {
        guard let links else { return }
        let began = Duration.monotonic
        do throws(VirError) {
            let all = try await links.main.statistics([.state, .interface], noWait: true)
            // The connection may have been given up while the call ran.
            guard self.links != nil else { return }
            await take(all, askedAt: began)
            figures.lastSuccess = .now
            figures.lastSuccessAt = .monotonic
            board.noteSample(of: name, label: plan.label)
            figures.lastDuration = .monotonic - began
        } catch {
            failed(error, [.state, .traffic])
        }
        startMonitorRound(links)
        putHostSeries()
    }

    private func failed(_ error: VirError, _ parts: [Board.Part]) {
        figures.failures += 1
        // The connection is gone for an instant before its end is told: that has a sentence of its own.
        if links != nil { withdraw(parts, "cannot sample \(name): \(error)") }
    }

    /// What the bulk call said, asked for at `began`. A change of state that no event told of, as when events were
    /// dropped, becomes a finding.
    private func take(_ all: [DomainStats], askedAt began: Duration) async {
        var strangers: [ObjectUUID] = []
        var findings: [DomainFinding] = []
        var changed: [Labels] = []
        let now = Timestamp.now
        for stats in all {
            guard let known = domains[stats.uuid], known.identity.name == stats.name else {
                strangers.append(stats.uuid)
                continue
            }
            let batches = put(stats, known, at: now)
            if let status = stats.status, status != known.status {
                findings.append(known.finding(status, at: now))
                changed += batches.now.changes(since: batches.before)
            }
        }
        if domains.count > all.count - strangers.count {
            findings += forgetMissing(Set(all.map(\.uuid)), knownBefore: began, at: now)
        }
        for uuid in strangers {
            await meet(uuid)
            changed += putState(of: uuid, at: .now)
        }
        for finding in findings { await listener.found(finding) }
        if !changed.isEmpty { await listener.changed(changed, at: .now) }
    }

    /// Puts what tier 1 has of one domain on the board; its state's batch, and the one before.
    private func put(
        _ stats: DomainStats, _ known: WatchedDomain, at now: Timestamp
    ) -> (now: SeriesBatch, before: SeriesBatch?) {
        var domain = known
        if let status = stats.status { domain.status = status }
        let reading = domain.reading(stats)
        let state = domain.state.batch(reading, collectors: Parts.state, at: now)
        let before = board.put(state, as: .domain(domain.identity, .state))
        if !domain.hasTrafficByCalls {
            board.put(
                domain.traffic.batch(reading, collectors: Parts.traffic, at: now),
                as: .domain(domain.identity, .traffic))
        }
        domains[stats.uuid] = domain
        return (state, before)
    }

    private func startMonitorRound(_ links: HostLinks) {
        guard let since = monitorSince else {
            monitorSince = .monotonic
            Task {
                await self.monitorRound(links)
                self.monitorSince = nil
            }
            return
        }
        figures.skippedMonitorRounds += 1
        if Duration.monotonic - since > plan.deadline {
            withdraw([.monitor], "a monitor of \(name) has not answered for \(plan.deadline)")
        }
    }

    /// Tier 2: the monitor groups, in the lane, with the per-domain calls where the driver's bulk call has nothing.
    private func monitorRound(_ links: HostLinks) async {
        do throws(VirError) {
            let all = try await links.lane.statistics([.cpuTotal, .balloon, .vcpu, .block], noWait: true)
            for stats in all { await takeMonitor(stats, links) }
        } catch {
            failed(error, [.monitor])
        }
    }

    private func takeMonitor(_ stats: DomainStats, _ links: HostLinks) async {
        guard let known = domains[stats.uuid] else { return }
        let needsCalls = known.status.state != .shutoff && stats.cpu?.time == nil
        let full = needsCalls ? await byCalls(stats, of: known, links) : stats
        guard self.links != nil, var domain = domains[stats.uuid] else { return }
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

    private func byCalls(_ stats: DomainStats, of domain: WatchedDomain, _ links: HostLinks) async -> DomainStats {
        let answer = await links.lane.statisticsByCalls(
            of: stats, interfaces: domain.description?.interfaces.compactMap(\.target) ?? [],
            disks: domain.description?.disks.compactMap(\.target) ?? [], refused: refused)
        for call in answer.refused.subtracting(refused).sorted() {
            log.info("the driver of \(name) has no \(call): it is not asked again")
        }
        refused.formUnion(answer.refused)
        return answer.stats
    }
}
