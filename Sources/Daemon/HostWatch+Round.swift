// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Tier 1 of the sampling round: groups that never touch a monitor, all domains in one call.
extension HostWatch {
    /// How often the rules get a point of what is put seldom.
    private static let renewal = Duration.seconds(60)

    func renewSeldom() {
        let now = Duration.monotonic
        if let renewed, now - renewed < Self.renewal { return }
        renewed = now
        board.renew(name, notPutSince: .now - Self.renewal, at: .now)
    }

    /// Tier 1, then tier 2, if no call of that is under way.
    func roundOfCalls() async {
        guard let links else { return }
        let began = Duration.monotonic
        let due = dueGroups(of: [.round], at: began)
        do throws(VirError) {
            let all = try await tierOne(links, needs(of: due))
            // The connection may have been given up while the call ran.
            guard self.links?.main === links.main else { return }
            isSilent = false
            await take(all, due, askedAt: began)
            await noteUnknownFields(of: links.main)
            guard self.links?.main === links.main else { return }
            returnGuests()
            clock.note(due, at: began)
            figures.lastSuccess = .now
            figures.lastSuccessAt = .monotonic
            board.noteSample(of: name, label: plan.label)
            figures.lastDuration = .monotonic - began
        } catch {
            failed(error, [.round])
        }
        startMonitorRound()
        startObjectRound()
        startGuestRound()
        await readNode(links)
        putHostSeries()
    }

    /// The bulk call, or the domains one by one when the driver has none (LXC, VirtualBox and others).
    private func tierOne(_ links: HostLinks, _ needs: StatsGroups) async throws(VirError) -> [DomainStats] {
        if hasBulk {
            do throws(VirError) {
                let all = try await links.main.statistics(needs.union(.state), noWait: true)
                answered.insert(Self.bulkCall)
                return all
            } catch {
                guard error.code == .noSupport else { throw error }
                refuse(error.call)
            }
        }
        let all = try await links.main.states()
        if !all.isEmpty { answered.insert("virDomainGetState") }
        return all
    }

    var hasBulk: Bool { !refused.contains(Self.bulkCall) }

    /// Notes that the driver has not this call, and says so once.
    func refuse(_ call: String) {
        guard refused.insert(call).inserted, toldOf.insert(call).inserted else { return }
        log.info("the driver of \(name) has no \(call): it is not asked again")
    }

    func failed(_ error: VirError, _ tiers: Set<CollectorTier>) {
        figures.failures += 1
        // The connection is gone for an instant before its end is told: that has a sentence of its own.
        if links != nil { withdraw(tiers, "cannot sample \(name): \(error)") }
    }

    /// What the bulk call said, asked for at `began`. A change of state that no event told of, as when events were
    /// dropped, becomes a finding.
    private func take(_ all: [DomainStats], _ due: [Int], askedAt began: Duration) async {
        var strangers: [ObjectUUID] = []
        var turned: [ObjectUUID] = []
        var left = 0
        var findings: [DomainFinding] = []
        var changed: [Labels] = []
        let now = Timestamp.now
        for stats in all {
            guard let known = domains[stats.uuid], known.identity.name == stats.name else {
                // A domain that was renamed: another may have its old name.
                forget(stats.uuid, at: now)
                if plan.filter.covers(stats.name) { strangers.append(stats.uuid) } else { left += 1 }
                continue
            }
            let (before, wasActive) = (known.status, known.isActive)
            let finding = stats.status.flatMap { $0 == before ? nil : known.finding($0, at: now) }
            if let status = stats.status { note(status, of: known) }
            let batches = put(stats, known, due, at: now)
            if let finding {
                findings.append(finding)
                changed += batches.now.changes(since: batches.before)
                if known.isActive != wasActive { turned.append(stats.uuid) }
            }
        }
        if domains.count > all.count - strangers.count - left {
            findings += forgetMissing(Set(all.map(\.uuid)), knownBefore: began, at: now)
        }
        noteLeftOut(strangers.count - max(0, plan.domainLimit - domains.count))
        for uuid in strangers.prefix(max(0, plan.domainLimit - domains.count)) {
            await meet(uuid)
            changed += putState(of: uuid, at: .now)
        }
        await tell(findings)
        if !changed.isEmpty { await listener.changed(changed, at: .now) }
        for uuid in turned { await meet(uuid) }
    }

    /// Notes how many domains there is no room for, and says so when it begins.
    func noteLeftOut(_ count: Int) {
        if count > 0, domainsLeftOut == 0 {
            log.warning(
                "\(name) has more domains than max_domains allows; the others are not watched",
                metadata: ["max_domains": "\(plan.domainLimit)", "left_out": "\(count)"])
        }
        domainsLeftOut = max(0, count)
    }

    /// Puts what tier 1 has of one domain on the board; its state's batch, and the one before.
    private func put(
        _ stats: DomainStats, _ domain: WatchedDomain, _ due: [Int], at now: Timestamp
    ) -> (now: SeriesBatch, before: SeriesBatch?) {
        let reading = domain.reading(stats)
        let state = domain.state.batch(reading, collectors: plan.sampling.states, at: now)
        let before = board.put(state, as: .domain(domain.identity, .state))
        if !domain.isReadByCalls { put(due, reading, of: domain, at: now) }
        return (state, before)
    }
}
