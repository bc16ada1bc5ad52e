// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// What libvirt does, as it was measured.
extension Simulation {
    /// Tells the agent of an event a moment later; without an agent or a libvirt, nobody.
    mutating func tell(_ words: [String], of uuid: DomainUUID, after delay: Duration = .milliseconds(10)) {
        for word in words {
            after(delay) { simulation in
                guard simulation.isAgentUp, simulation.isLibvirtUp, let domain = simulation.domains[uuid] else {
                    return
                }
                let kind = ["watchdog", "io_error", "control_error"].first { word.hasPrefix($0 + "_") }
                let event = DomainEvent(
                    domain: domain.facts.identity, kind: word == "reboot" ? "reboot" : kind ?? "lifecycle",
                    detail: kind.map { String(word.dropFirst($0.count + 1)) } ?? word, time: simulation.now.time)
                simulation.carryOut(simulation.machine.hear(event, now: simulation.now))
            }
        }
    }

    /// A domain changes its state and libvirt tells how.
    mutating func happen(_ words: [String], to uuid: DomainUUID, then status: String) {
        guard var domain = domains[uuid] else { return }
        let before = domain.status
        domain.status = Scene.status(status)
        domains[uuid] = domain
        log.line("now \(domain.facts.identity.name) \(words.joined(separator: " ")): \(status)", at: uptime)
        tell(words, of: uuid)
        if !isAgentUp || !isLibvirtUp { book.unseen[uuid] = book.unseen[uuid] ?? before }
    }

    /// A failure that nobody wanted.
    mutating func fail(_ words: [String], _ uuid: DomainUUID, then status: String) {
        domains[uuid]?.failures += 1
        happen(words, to: uuid, then: status)
    }

    /// A step whose call fails may have done its first half.
    mutating func halfway(_ attempt: Attempt) {
        guard attempt.action == "destroy-start" else { return }
        happen(["shutdown_host", "stopped_destroyed"], to: attempt.domain.uuid, then: "shutoff destroyed")
    }

    /// What the call does; the error when the state forbids it.
    mutating func effect(of attempt: Attempt) -> VirError? {
        let uuid = attempt.domain.uuid
        guard let domain = domains[uuid], domain.exists else {
            return VirError(code: .noDomain, domain: 10, call: attempt.action, message: "Domain not found")
        }
        let isOff = domain.status.state == "shutoff"
        let fits =
            switch attempt.action {
            case "start": isOff
            case "resume": domain.status.state == "paused"
            default: !isOff
            }
        guard fits else {
            let message = isOff ? "domain is not running" : "domain is already running"
            return VirError(code: .operationInvalid, domain: 10, call: attempt.action, message: message)
        }
        let words: [String] =
            switch attempt.action {
            case "start": ["resumed_unpaused", "started_booted"]
            case "destroy-start": ["shutdown_host", "stopped_destroyed", "resumed_unpaused", "started_booted"]
            case "resume": ["resumed_unpaused"]
            default: ["reboot", "reboot", "reboot"]
            }
        let leaves =
            domain.leaves[attempt.action] ?? (attempt.action == "reset" ? "\(domain.status.state) booted" : nil)
        // Such a resume works, and the guest stops again at its next write.
        let again = leaves == "paused ioerror" ? ["suspended_ioerror"] : []
        happen(words + again, to: uuid, then: leaves ?? "running booted")
        if attempt.action != "reset", var repaired = domains[uuid] {
            book.repair(attempt, &repaired, at: uptime)
            domains[uuid] = repaired
        }
        if leaves == "paused ioerror" { domains[uuid]?.failures += 1 }
        crashLater(uuid)
        return nil
    }

    /// A guest that crashes some time after each boot.
    private mutating func crashLater(_ uuid: DomainUUID) {
        guard let domain = domains[uuid], let delay = domain.failsAfterStart else { return }
        let failures = domain.failures
        after(delay) { simulation in
            guard simulation.domains[uuid]?.failures == failures, simulation.domains[uuid]?.isRunning == true else {
                return
            }
            simulation.fail(["stopped_failed"], uuid, then: "shutoff crashed")
        }
    }

    /// The agent ends without a word.
    mutating func killAgent() {
        isAgentUp = false
        log.line("the agent ends", at: uptime)
        agent += 1
        book.forgetUnderWay()
    }

    /// A new agent reads the journal and compares what it finds with what was last known.
    mutating func startAgent() {
        guard !isAgentUp else { return }
        isAgentUp = true
        log.line("an agent starts", at: uptime)
        agent += 1
        machine = Remediator(settings: settings) { 0.5 }
        carryOut(machine.restore(journal.inherit(), now: now))
    }

    var sortedDomains: [SimulatedDomain] {
        domains.values.sorted { $0.facts.identity.name < $1.facts.identity.name }
    }

    /// The agent is connected again and lists the domains.
    mutating func reconcile() {
        guard isAgentUp, isLibvirtUp else { return }
        for domain in sortedDomains where domain.isRunning {
            carryOut(machine.meet(running: domain.facts.identity))
        }
        for domain in sortedDomains where domain.status == Scene.status("paused migration") {
            let found = DomainEvent(
                domain: domain.facts.identity, kind: "listed", detail: "migrating", time: now.time)
            carryOut(machine.hear(found, now: now))
        }
        let unseen = book.unseen.sorted { $0.key.description < $1.key.description }
        book.unseen = [:]
        defer { book.isAcrossBoot = false }
        for (uuid, before) in unseen {
            guard let domain = domains[uuid], domain.status != before || !domain.exists else { continue }
            let finding = DomainFinding(
                domain: domain.facts.identity, before: before, now: domain.exists ? domain.status : nil,
                isAcrossBoot: book.isAcrossBoot, time: now.time)
            carryOut(machine.hear(finding, now: now))
        }
    }
}
