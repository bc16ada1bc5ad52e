// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Sampling
import Vocabulary

/// The sampling round: two bulk calls in the steady state, whatever the number of domains.
extension HostWatch {
    private static let stateParts: [any Collector] = [StateCollector()]
    private static let trafficParts: [any Collector] = [InterfaceCollector()]
    private static let monitorParts: [any Collector] = [
        BlockCollector(), CPUCollector(), MemoryCollector(), VCPUCollector(),
    ]
    private static let definitionParts: [any Collector] = [DefinitionCollector()]

    /// Tier 1: groups that never touch a monitor, all domains in one call; then tier 2, if none is under way.
    func round() async {
        guard let links else { return }
        let began = Duration.monotonic
        do throws(VirError) {
            let all = try await links.main.statistics([.state, .interface], noWait: true)
            await take(all, at: .now)
        } catch {
            guard error.code == .noSupport else { return failedRound(error) }
            await takeList(links)
        }
        if !isMonitorRunning {
            isMonitorRunning = true
            Task { await self.monitorRound(links) }
        } else {
            skippedMonitorRounds += 1
        }
        lastRound = .monotonic - began
        putHostSeries()
    }

    private func failedRound(_ error: VirError) {
        log.warning("cannot sample \(name): \(error); this round is left out")
    }

    private func take(_ all: [DomainStats], at now: Timestamp) async {
        for stats in all {
            if domains[stats.uuid] == nil { await meet(stats.uuid) }
            guard var domain = domains[stats.uuid] else { continue }
            if let status = stats.status { domain.status = status }
            board.put(
                domain.state.batch(domain.reading(stats), collectors: Self.stateParts, at: now),
                as: .domain(domain.identity, .state))
            board.put(
                domain.traffic.batch(domain.reading(stats), collectors: Self.trafficParts, at: now),
                as: .domain(domain.identity, .traffic))
            domains[stats.uuid] = domain
        }
        guard domains.count > all.count else { return }
        let present = Set(all.map(\.uuid))
        for uuid in domains.keys where !present.contains(uuid) { forget(uuid, at: now) }
    }

    /// For a driver without bulk statistics: the list has the states.
    private func takeList(_ links: HostLinks) async {
        do throws(VirError) {
            let listed = try await links.main.domains()
            await take(
                listed.map {
                    var stats = DomainStats(uuid: $0.uuid, name: $0.name)
                    stats.status = $0.status
                    return stats
                }, at: .now)
        } catch {
            failedRound(error)
        }
    }

    /// Tier 2: the monitor groups, in the lane, with the per-domain calls where the driver's bulk call has nothing.
    private func monitorRound(_ links: HostLinks) async {
        defer { isMonitorRunning = false }
        var all: [DomainStats] = []
        do throws(VirError) {
            all = try await links.lane.statistics([.cpuTotal, .balloon, .vcpu, .block], noWait: true)
        } catch {
            guard error.code == .noSupport else { return failedRound(error) }
            all = domains.values.map { DomainStats(uuid: $0.uuid, name: $0.identity.name) }
        }
        for stats in all {
            guard let domain = domains[stats.uuid] else { continue }
            let isActive = domain.status.state != .shutoff
            let needsCalls = isActive && stats.cpu?.time == nil
            let full = needsCalls ? await byCalls(stats, of: domain, links) : stats
            putMonitor(full, at: .now, addingTraffic: needsCalls)
        }
    }

    private func byCalls(_ stats: DomainStats, of domain: WatchedDomain, _ links: HostLinks) async -> DomainStats {
        let answer = await links.lane.statisticsByCalls(
            of: stats, interfaces: domain.description?.interfaces.compactMap(\.target) ?? [],
            disks: domain.description?.disks.compactMap(\.target) ?? [], refused: refused)
        for call in answer.refused.subtracting(refused).sorted() {
            log.info("\(name): the driver has no \(call); it is not asked again")
        }
        refused.formUnion(answer.refused)
        return answer.stats
    }

    private func putMonitor(_ stats: DomainStats, at now: Timestamp, addingTraffic: Bool) {
        guard links != nil, var domain = domains[stats.uuid] else { return }
        board.put(
            domain.monitor.batch(domain.reading(stats), collectors: Self.monitorParts, at: now),
            as: .domain(domain.identity, .monitor))
        if addingTraffic, !stats.interfaces.isEmpty {
            board.put(
                domain.traffic.batch(domain.reading(stats), collectors: Self.trafficParts, at: now),
                as: .domain(domain.identity, .traffic))
        }
        domains[stats.uuid] = domain
    }

    /// A domain seen for the first time: asked once for what a list knows of it, and for its definition.
    func meet(_ uuid: ObjectUUID) async {
        guard let links else { return }
        do throws(VirError) {
            let listed = try await links.main.domain(uuid)
            guard domains[uuid] == nil else { return }
            adopt(listed)
            await describe(uuid)
        } catch {
            // It left between the list and this call: nothing is lost, the next round tells.
            log.debug("cannot look up a new domain of \(name): \(error)")
        }
    }

    /// Reads definition and flags again; for a new domain and after an event that changed them.
    func describe(_ uuid: ObjectUUID) async {
        guard let links, let known = domains[uuid] else { return }
        var listed = known.listed
        var description = known.description
        do throws(VirError) {
            listed = try await links.main.domain(uuid)
            let xml = try await links.main.xml(of: uuid)
            do throws(XMLError) {
                description = try DomainDescription(parsing: xml)
            } catch {
                log.warning("cannot read the definition of \(known.identity.name): \(error)")
            }
        } catch {
            log.debug("cannot describe \(known.identity.name): \(error)")
        }
        guard var domain = domains[uuid] else { return }
        domain.listed = listed
        domain.description = description
        let reading = domain.reading(DomainStats(uuid: uuid, name: domain.identity.name))
        board.put(
            domain.definition.batch(reading, collectors: Self.definitionParts, at: .now),
            as: .domain(domain.identity, .definition))
        domains[uuid] = domain
    }

    func putState(of uuid: ObjectUUID, at now: Timestamp) {
        guard var domain = domains[uuid] else { return }
        var stats = DomainStats(uuid: uuid, name: domain.identity.name)
        stats.status = domain.status
        board.put(
            domain.state.batch(domain.reading(stats), collectors: Self.stateParts, at: now),
            as: .domain(domain.identity, .state))
        domains[uuid] = domain
    }
}
