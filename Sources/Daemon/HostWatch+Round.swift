// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Tier 1 of the sampling round: groups that never touch a monitor, all domains in one call.
extension HostWatch {
    /// Tier 1, then tier 2, if no call of that is under way.
    func round() async {
        guard let links else { return }
        let began = Duration.monotonic
        do throws(VirError) {
            let all = try await tierOne(links)
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
        startMonitorRound()
        startGuestRound()
        await readNode(links)
        putHostSeries()
    }

    /// The bulk call, or the domains one by one when the driver has none (LXC, VirtualBox and others).
    private func tierOne(_ links: HostLinks) async throws(VirError) -> [DomainStats] {
        if hasBulk {
            do throws(VirError) {
                return try await links.main.statistics([.state, .interface], noWait: true)
            } catch {
                guard error.code == .noSupport else { throw error }
                refuse(error.call)
            }
        }
        return try await links.main.states()
    }

    var hasBulk: Bool { !refused.contains(Self.bulkCall) }

    /// Notes that the driver has not this call, and says so once.
    func refuse(_ call: String) {
        guard refused.insert(call).inserted else { return }
        log.info("the driver of \(name) has no \(call): it is not asked again")
    }

    func failed(_ error: VirError, _ parts: [Board.Part]) {
        figures.failures += 1
        // The connection is gone for an instant before its end is told: that has a sentence of its own.
        if links != nil { withdraw(parts, "cannot sample \(name): \(error)") }
    }

    /// What the bulk call said, asked for at `began`. A change of state that no event told of, as when events were
    /// dropped, becomes a finding.
    private func take(_ all: [DomainStats], askedAt began: Duration) async {
        var strangers: [ObjectUUID] = []
        var left = 0
        var findings: [DomainFinding] = []
        var changed: [Labels] = []
        let now = Timestamp.now
        for stats in all {
            guard let known = domains[stats.uuid], known.identity.name == stats.name else {
                if plan.filter.covers(stats.name) {
                    strangers.append(stats.uuid)
                } else {
                    left += 1
                    // A domain that was renamed out of the filter.
                    forget(stats.uuid, at: now)
                }
                continue
            }
            let batches = put(stats, known, at: now)
            if let status = stats.status, status != known.status {
                findings.append(known.finding(status, at: now))
                changed += batches.now.changes(since: batches.before)
            }
        }
        if domains.count > all.count - strangers.count - left {
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
}
