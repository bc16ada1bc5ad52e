// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Logging
import Remediation
import Sampling
package import Vocabulary

/// Which domains there are: met, described, compared with what was last known, forgotten.
extension HostWatch {
    /// Compares `listed` with what was last known: what happened while nobody listened becomes a finding.
    ///
    /// Statuses are taken in at once, before anything is waited for: what events and rounds tell while definitions are
    /// read is newer than the list.
    func reconcile(_ listed: [ListedDomain], _ links: HostLinks) async {
        let listed = listed.filter { plan.filter.covers($0.name) }
        // Those that are gone first: another domain may have taken the name, and no series may be there twice.
        var findings = forgetMissing(Set(listed.map(\.uuid)), knownBefore: .monotonic, at: .now)
        for one in listed {
            if let known = domains[one.uuid], known.identity.name != one.name { forget(one.uuid, at: .now) }
        }
        var changed: [Labels] = []
        let watched = withinLimit(listed)
        for one in watched {
            if let known = domains[one.uuid] {
                if let finding = compare(one, with: known) { findings.append(finding) }
            } else {
                changed += adopt(one)
            }
        }
        for one in watched {
            await describe(one.uuid, links)
            changed += putState(of: one.uuid, at: .now)
        }
        await tell(findings)
        let gone = Set(watched.map(\.uuid)).subtracting(domains.keys)
        let standing = listed.filter { !gone.contains($0.uuid) }.map { one in
            RemediationInput.ListedStatus(one.identity(on: name), (domains[one.uuid]?.status ?? one.status).words)
        }
        await listener.listed(standing, on: name, isHere: plan.isHere)
        await listener.changed(changed, at: .now)
    }

    /// Of a domain that has changed since, that change has been told.
    func tell(_ findings: [DomainFinding]) async {
        for finding in findings where domains[ObjectUUID(finding.domain.uuid)]?.status.words == finding.now {
            await listener.found(finding)
        }
    }

    /// Takes what a list says of a domain that is known; a finding when its status is another.
    private func compare(_ listed: ListedDomain, with known: WatchedDomain) -> DomainFinding? {
        let now = Timestamp.now
        let finding = known.status == listed.status ? nil : known.finding(listed.status, at: now)
        note(listed.status, of: known)
        // Another run under another number: it was stopped and started while nobody listened.
        if let id = listed.id, let before = known.listed?.id, id != before { known.started(at: now) }
        known.listed = listed
        return finding
    }

    /// Those that are watched already, and as many others as there is room for.
    private func withinLimit(_ listed: [ListedDomain]) -> [ListedDomain] {
        noteLeftOut(listed.count - plan.domainLimit)
        guard listed.count > plan.domainLimit else { return listed }
        let known = listed.filter { domains[$0.uuid] != nil }
        let others = listed.filter { domains[$0.uuid] == nil }
        return known + others.prefix(max(0, plan.domainLimit - known.count))
    }

    /// Takes a domain in; the series that begin with it.
    @discardableResult
    func adopt(_ listed: ListedDomain) -> [Labels] {
        let domain = WatchedDomain(
            identity: listed.identity(on: name), status: listed.status, host: plan.label, plan: plan.sampling)
        domain.listed = listed
        let counters = domain.counters.batch(at: .now)
        board.put(counters, as: .domain(domain.identity, .events))
        domains[listed.uuid] = domain
        retries[listed.uuid] = retryLimit
        return counters.changes(since: nil)
    }

    /// Forgets the domains that a list asked for at `began` did not have; one that was met meanwhile stays.
    func forgetMissing(
        _ present: Set<ObjectUUID>, knownBefore began: Duration, at now: Timestamp
    ) -> [DomainFinding] {
        let missing = domains.filter { !present.contains($0.key) && $0.value.met < began }
        for uuid in missing.keys { forget(uuid, at: now) }
        return missing.values.map { $0.finding(nil, at: now) }
    }

    /// Takes a domain's status. When the domain has started or stopped, what was known of its inside is known no more.
    func note(_ status: StateReading, of domain: WatchedDomain) {
        guard status != domain.status else { return }
        let uuid = ObjectUUID(domain.identity.uuid)
        let wasActive = domain.isActive
        domain.take(status, at: .now)
        guard wasActive != domain.isActive else { return }
        retries[uuid] = retryLimit
        hurryDetails(of: uuid)
        let inner = groups(of: [.round, .information, .monitor, .details])
        board.remove(inner.map { .domain(domain.identity, .group($0)) }, at: .now)
    }

    func forget(_ uuid: ObjectUUID, at time: Timestamp) {
        unreadable[uuid] = nil
        guard let domain = domains.removeValue(forKey: uuid) else { return }
        retries[uuid] = nil
        board.remove(domain.keys, at: time)
    }

    /// A domain seen for the first time, or renamed: asked once for what a list knows of it, and for its definition.
    func meet(_ uuid: ObjectUUID) async {
        guard let links else { return }
        do throws(VirError) {
            let listed = try await links.main.domain(uuid)
            guard self.links?.main === links.main else { return }
            guard plan.filter.covers(listed.name) else { return forget(uuid, at: .now) }
            if domains[uuid]?.identity.name != listed.name {
                guard domains[uuid] != nil || domains.count < plan.domainLimit else { return }
                forget(uuid, at: .now)
                adopt(listed)
            }
            domains[uuid]?.listed = listed
            await describe(uuid, links)
        } catch {
            // It left between the list and this call, or was transient and has stopped.
            if error.code == .noDomain { forget(uuid, at: .now) }
            log.debug("cannot look up a domain of \(name): \(error)")
        }
    }

    /// Reads the definition again; for a new domain and after an event that changed it.
    private func describe(_ uuid: ObjectUUID, _ links: HostLinks) async {
        guard let name = domains[uuid]?.identity.name else { return }
        var read: DomainDescription?
        var problem: String?
        do throws(VirError) {
            let xml = try await links.main.xml(of: uuid)
            answered.insert("virDomainGetXMLDesc")
            do throws(XMLError) {
                read = try DomainDescription.parse(xml, metadata: plan.metadata)
            } catch {
                problem = "\(error)"
            }
        } catch {
            // One that is gone is forgotten soon.
            // The connection that follows one that has ended reads all definitions.
            if error.code != .noDomain, await links.main.isAlive { problem = "\(error)" }
        }
        guard let domain = domains[uuid], self.links?.main === links.main else { return }
        note(problem?.asOneLine, of: domain, uuid)
        let description = read ?? domain.description
        let before = domain.wish?.problems ?? []
        domain.description = description
        if let problem = domain.wish?.problems.first, domain.wish?.problems != before {
            log.warning(
                "cannot use what a domain's metadata says of its repair: it is only observed",
                metadata: ["domain": "\(name)", "why": "\(problem.asOneLine)"])
        }
        if let read { domain.guest.connected(read.isAgentConnected) }
        let reading = domain.reading(DomainStats(uuid: uuid, name: name))
        put(groups(of: [.definition]), reading, of: domain, at: .now)
        putGuest(of: uuid, at: .now)
    }

    /// Notes why the definition could not be read, and says so when that begins.
    private func note(_ problem: String?, of domain: WatchedDomain, _ uuid: ObjectUUID) {
        let before = domain.unreadable
        domain.unreadable = problem
        unreadable[uuid] = problem.map { _ in .monotonic + plan.slowInterval }
        guard let problem else { return }
        let fields: Logger.Metadata = ["domain": "\(domain.identity.name)", "host": "\(name)", "why": "\(problem)"]
        if before == nil {
            log.warning(
                "cannot read a domain's definition: it is only observed until that can be read", metadata: fields)
        } else {
            log.debug("cannot read a definition", metadata: fields)
        }
    }

    /// Reads the definitions again that could not be read, each now and then.
    func readUnreadable() async {
        let now = Duration.monotonic
        for (uuid, due) in unreadable where due <= now {
            guard let links else { return }
            await describe(uuid, links)
        }
    }

    /// Puts the status that is known on the board; the series that it changed.
    @discardableResult
    func putState(of uuid: ObjectUUID, at now: Timestamp) -> [Labels] {
        guard let domain = domains[uuid] else { return [] }
        var stats = DomainStats(uuid: uuid, name: domain.identity.name)
        stats.status = domain.status
        let batch = domain.state.batch(domain.reading(stats), collectors: plan.sampling.states, at: now)
        return batch.changes(since: board.put(batch, as: .domain(domain.identity, .state)))
    }

    var identities: [DomainIdentity] { domains.values.map(\.identity) }

    /// The domain called `name`, when it is known here.
    package func identity(ofDomain name: String) -> DomainIdentity? {
        domains.values.first { $0.identity.name == name }?.identity
    }
}
