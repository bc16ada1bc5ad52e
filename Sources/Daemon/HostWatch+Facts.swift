// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Libvirt
import Remediation
import Sampling
package import Vocabulary

/// What repair has to know of a domain, read at that moment.
extension HostWatch {
    /// nil when the domain is gone or libvirt does not answer.
    package func facts(of identity: DomainIdentity) async -> DomainFacts? {
        let uuid = ObjectUUID(identity.uuid)
        guard let links, let listed = try? await links.main.domain(uuid) else { return nil }
        if let domain = domains[uuid] {
            domain.listed = listed
            note(listed.status, of: domain)
        }
        let cpuTime = await cpuTime(of: uuid)
        let look = await look(into: uuid, callsToLook(at: uuid))
        let hang = look.isUnknown ? await hang(of: uuid) : nil
        let shortage = await shortage(of: uuid, look)
        guard let domain = domains[uuid] else { return nil }
        var facts = domain.facts
        facts.driver = plan.driver
        facts.circumstances = circumstances(of: domain)
        facts.circumstances.cpuTime = cpuTime
        facts.circumstances.job = look.work ?? (hang?.isJob == true ? "job" : nil)
        facts.circumstances.shortage = shortage
        facts.circumstances.unanswered = look.unanswered
        facts.circumstances.isMonitorHung = hang != nil
        return facts
    }

    /// What the domain's processors have used since it began; nil while it does not run, or when nobody counts it.
    func cpuTime(of uuid: ObjectUUID) async -> Duration? {
        guard let links, domains[uuid]?.isActive == true, !refused.contains("virDomainGetInfo") else { return nil }
        // Silence is right: what cannot be read is not known.
        let stats = try? await links.main.information(of: [uuid])
        return stats?.first?.cpu?.time.map { .nanoseconds(Int64(clamping: $0)) }
    }

    private func circumstances(of domain: WatchedDomain) -> DomainCircumstances {
        let needs = needs(of: domain)
        // What all have tells nothing of why some failed.
        let shared = needs.filter { need in domains.values.contains { !isNeeded(need, by: $0) } }
        var circumstances = DomainCircumstances(resources: shared.map(\.description).sorted())
        circumstances.missing = needs.compactMap { reasonMissing($0) }.sorted()
        circumstances.diskRequests = domain.diskRequests
        if domain.guest.isConnected { circumstances.agentAnswers = domain.guest.isHeard }
        return circumstances
    }

    // MARK: What it needs

    /// A pool or a network that a domain cannot do without.
    private enum Need: Hashable, CustomStringConvertible {
        case pool(String)
        case network(String)

        var description: String {
            switch self {
            case .pool(let name): "pool \(name)"
            case .network(let name): "network \(name)"
            }
        }
    }

    private func needs(of domain: WatchedDomain) -> Set<Need> {
        guard let description = domain.description else { return [] }
        var needs = Set(description.interfaces.compactMap(\.network).map(Need.network))
        for disk in description.disks {
            if let pool = disk.pool ?? disk.source.flatMap(poolAbove) { needs.insert(.pool(pool)) }
        }
        return needs
    }

    /// The same for one need: asked of every domain while one is repaired, so no set is made.
    private func isNeeded(_ need: Need, by domain: WatchedDomain) -> Bool {
        guard let description = domain.description else { return false }
        return switch need {
        case .network(let name): description.interfaces.contains { $0.network == name }
        case .pool(let name): description.disks.contains { ($0.pool ?? $0.source.flatMap(poolAbove)) == name }
        }
    }

    /// The pool in whose directory a file lies.
    func poolAbove(_ path: String) -> String? {
        objects.pools.values.first { pool in
            guard let directory = pool.facts.description?.targetPath, directory.count > 1 else { return false }
            return path.hasPrefix(directory + "/")
        }?.name
    }

    /// A directory is there whether libvirt uses it or not; what is mounted by its pool is not.
    private func reasonMissing(_ need: Need) -> String? {
        switch need {
        case .pool(let name):
            guard let pool = objects.pools.values.first(where: { $0.name == name }) else { return nil }
            if pool.facts.isTimedOut { return "\(need) does not answer" }
            guard pool.facts.reading?.isRunning == false, pool.facts.description?.kind != "dir" else { return nil }
            return "\(need) is not active"
        case .network(let name):
            let network = objects.networks.values.first { $0.name == name }
            return network?.facts.reading?.isActive == false ? "\(need) is not active" : nil
        }
    }

    // MARK: Who works on it

    /// libvirt's words for `virDomainJobOperation`, by number.
    private static let operations = [
        "job", "start", "save", "restore", "migration", "migration", "snapshot", "snapshot revert", "dump", "backup",
        "snapshot deletion",
    ]

    fileprivate static func operation(_ number: Int) -> String {
        operations.indices.contains(number) ? operations[number] : "job"
    }

    private func callsToLook(at uuid: ObjectUUID) -> Set<DomainCall> {
        domains[uuid]?.status.words.isPausedByError == true ? [.job, .blockJobs, .diskErrors] : [.job, .blockJobs]
    }

    /// That the domain's own monitor does not answer, and the work that libvirt knows of without it; nil when it is not
    /// known to hang.
    private func hang(of uuid: ObjectUUID) async -> ControlReading? {
        guard let links, let control = await control(of: uuid, links), control.isBusy else { return nil }
        guard hung.contains(uuid) || control.since >= plan.deadline / 2 else { return nil }
        return control
    }
}

extension HostWatch.Look {
    /// The work on a domain that a repair would break; nil when there is none, or when that is not known.
    var work: String? {
        guard let details else { return nil }
        if let job = details.job, job.isRunning {
            let number = job.figures[.operation].map { Int(clamping: $0) } ?? 0
            return HostWatch.operation(number)
        }
        return details.blockJobs?.keys.sorted().first.map { "block job of \($0)" }
    }

    /// What libvirt has not said, one clause; nil when it has said all.
    var unanswered: String? {
        let job = "libvirt cannot say whether a job of the domain runs"
        switch self {
        case .nothing: return nil
        case .unknown: return job
        case .answer(let details, let asked, let refused):
            // A driver that has no such call has no such work.
            if asked.contains(.job), details.job == nil, !refused.contains("virDomainGetJobStats") { return job }
            guard asked.contains(.diskErrors), details.diskErrors == nil, !refused.contains("virDomainGetDiskErrors")
            else { return nil }
            return "libvirt cannot say which of its disks have failed"
        }
    }
}
