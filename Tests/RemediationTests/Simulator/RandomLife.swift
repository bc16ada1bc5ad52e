// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// What happens to hosts and their domains over days: failures, owners at work, agents and daemons that end.
struct RandomLife {
    var days = 2
    var domains = 12
    /// The mean time between two things that happen to one domain.
    var interval = Duration.seconds(6 * 3600)
    var agentEnds = true
    var mode = RemediationSettings.Mode.auto
    /// When a quarantined domain is tried once more.
    var cooldown = Duration.zero
    /// The longest time between two pauses or their ends; zero for none.
    var pauses = Duration.zero

    static let causes: Set<Cause> = Policy.defaultCauses.union([.crashOrTerminated])

    func simulation(seed: UInt64, keepsLog: Bool = false) -> Simulation {
        var settings = RemediationSettings(mode: mode, policies: [Policy(causes: Self.causes)])
        settings.limits.storm.failures = 4
        settings.policies[0].cooldown = cooldown
        var simulation = Simulation(settings, seed: seed, keepsLog: keepsLog)
        for number in 0..<domains {
            let identity = DomainIdentity(
                connection: "local", uuid: DomainUUID(high: 1, low: UInt64(number)), name: "vm\(number)")
            var facts = DomainFacts(identity: identity, status: Scene.status("running booted"), isPersistent: true)
            facts.onCrash = ["destroy", "restart", "preserve", "coredump-destroy"][simulation.random.below(4)]
            simulation.add(SimulatedDomain(facts: facts))
            plan(identity.uuid, &simulation)
        }
        if agentEnds { planOutage(&simulation) }
        if pauses > .zero { planPause(&simulation) }
        return simulation
    }

    /// Lives through the days, then lets everything come to rest.
    func run(seed: UInt64, keepsLog: Bool = false) -> Simulation {
        var simulation = simulation(seed: seed, keepsLog: keepsLog)
        simulation.run(until: .seconds(days * 86_400))
        simulation.agenda = Agenda()
        for uuid in simulation.domains.keys {
            simulation.domains[uuid]?.replies = []
            simulation.domains[uuid]?.failsAfterStart = nil
            simulation.domains[uuid]?.facts.circumstances.job = nil
        }
        // Answers and events that were on their way are lost with the agenda, as they are when an agent ends.
        simulation.isLibvirtUp = true
        simulation.journal.pauses = []
        simulation.killAgent()
        simulation.startAgent()
        for (uuid, domain) in simulation.domains where !domain.isRunning && !domain.isStoppedByOwner {
            simulation.book.unseen[uuid] = Scene.status("running booted")
        }
        simulation.reconcile()
        simulation.run(until: .seconds(days * 86_400 + 4 * 3600))
        return simulation
    }

    private func plan(_ uuid: DomainUUID, _ simulation: inout Simulation) {
        let mean = Int(interval.components.seconds)
        simulation.after(simulation.random.seconds(1...(2 * mean))) { simulation in
            happen(to: uuid, &simulation)
            plan(uuid, &simulation)
        }
    }

    private func planOutage(_ simulation: inout Simulation) {
        simulation.after(simulation.random.seconds(1...86_400)) { simulation in
            let length = simulation.random.seconds(1...300)
            if simulation.random.chance(50) {
                simulation.killAgent()
                simulation.after(length) { simulation in
                    simulation.startAgent()
                    simulation.reconcile()
                }
            } else {
                simulation.isLibvirtUp = false
                simulation.after(length) { simulation in
                    simulation.isLibvirtUp = true
                    simulation.reconcile()
                }
            }
            planOutage(&simulation)
        }
    }

    /// An operator pauses one domain or all, or lets what is paused go on.
    private func planPause(_ simulation: inout Simulation) {
        let most = Int(pauses.components.seconds)
        simulation.after(simulation.random.seconds(1...most)) { simulation in
            planPause(&simulation)
            guard simulation.isAgentUp else { return }
            let all = simulation.sortedDomains
            let one = all[simulation.random.below(all.count)].facts.identity
            let domain = simulation.random.chance(30) ? nil : one
            if simulation.random.chance(50) {
                let pause = RepairPause(domain: domain, note: ChangeNote(author: "ada"), since: simulation.now.time)
                _ = simulation.machine.pause(pause, now: simulation.now)
            } else {
                for pause in simulation.machine.allPauses {
                    _ = simulation.machine.resume(pause.domain, now: simulation.now)
                }
            }
            simulation.journal.pauses = simulation.machine.allPauses
        }
    }

    private func happen(to uuid: DomainUUID, _ simulation: inout Simulation) {
        guard let domain = simulation.domains[uuid] else { return }
        if simulation.random.chance(15) { obstruct(uuid, &simulation) }
        if simulation.random.chance(3) {
            for other in simulation.domains.keys.sorted(by: { $0.description < $1.description }) {
                if simulation.domains[other]?.isRunning == true { simulation.crash(other) }
            }
        }
        if domain.isRunning {
            if simulation.random.chance(40) {
                simulation.stopAsOwner(uuid)
            } else {
                simulation.failSomehow(uuid)
                meddle(uuid, &simulation)
            }
        } else if simulation.isLibvirtUp, simulation.random.chance(60) {
            simulation.startAsOwner(uuid)
        } else if simulation.isLibvirtUp, domain.isStoppedByOwner, domain.status.state == "shutoff" {
            simulation.comeIn(uuid)
        }
    }

    /// An owner who sees the failure too, and starts or stops the domain in the midst of the repair.
    private func meddle(_ uuid: DomainUUID, _ simulation: inout Simulation) {
        guard simulation.random.chance(30) else { return }
        let wants = simulation.random.chance(50)
        simulation.after(.milliseconds(simulation.random.below(15_000))) { simulation in
            guard simulation.isLibvirtUp else { return }
            if wants { simulation.startAsOwner(uuid) } else { simulation.stopAsOwner(uuid) }
        }
    }

    /// The next calls fail, or the guest crashes after each start.
    private func obstruct(_ uuid: DomainUUID, _ simulation: inout Simulation) {
        switch simulation.random.below(4) {
        case 0:
            // Somebody works on it, for longer than repair waits or not.
            simulation.domains[uuid]?.facts.circumstances.job = "backup"
            simulation.after(simulation.random.seconds(1...1800)) { simulation in
                simulation.domains[uuid]?.facts.circumstances.job = nil
            }
        case 1:
            let count = 1 + simulation.random.below(8)
            let reply = SimulatedDomain.Reply.error(.operationFailed, "no")
            simulation.domains[uuid]?.replies = Array(repeating: ("*", reply), count: count)
        case 2:
            simulation.domains[uuid]?.failsAfterStart = simulation.random.seconds(1...120)
            simulation.after(simulation.random.seconds(60...7200)) { simulation in
                simulation.domains[uuid]?.failsAfterStart = nil
            }
        default: simulation.domains[uuid]?.latency = .milliseconds(10 + simulation.random.below(30_000))
        }
    }
}

extension Simulation {
    mutating func crash(_ uuid: DomainUUID) {
        fail(["stopped_failed"], uuid, then: "shutoff crashed")
    }

    mutating func failSomehow(_ uuid: DomainUUID) {
        switch random.below(6) {
        case 0, 1, 2: crash(uuid)
        case 3: fail(["watchdog_poweroff", "stopped_failed"], uuid, then: "shutoff crashed")
        case 4: fail(["watchdog_pause", "suspended_watchdog"], uuid, then: "paused watchdog")
        default: panic(uuid)
        }
    }

    private mutating func panic(_ uuid: DomainUUID) {
        switch domains[uuid]?.facts.onCrash {
        case "restart" where isLibvirtUp:
            happen(["crashed_panicked", "reboot", "resumed_unpaused", "reboot"], to: uuid, then: "running crashed")
        case "destroy" where isLibvirtUp, "coredump-destroy" where isLibvirtUp:
            fail(["suspended_paused", "crashed_panicked", "stopped_crashed"], uuid, then: "shutoff crashed")
        default: fail(["crashed_panicked"], uuid, then: "crashed panicked")
        }
    }

    mutating func stopAsOwner(_ uuid: DomainUUID) {
        guard let domain = domains[uuid] else { return }
        if domain.status.state == "shutoff" || !isLibvirtUp {
            // Who finds it off already and leaves it so has told nobody; the guest powers off without libvirt.
            guard domain.isRunning else { return }
            domains[uuid]?.isStoppedByOwner = true
            return happen(["shutdown_guest", "stopped_shutdown"], to: uuid, then: "shutoff shutdown")
        }
        domains[uuid]?.isStoppedByOwner = true
        switch random.below(5) {
        case 0 where domain.isRunning:
            happen(["shutdown_guest", "stopped_shutdown"], to: uuid, then: "shutoff shutdown")
        case 1 where domain.isRunning: happen(["suspended_paused", "stopped_saved"], to: uuid, then: "shutoff saved")
        case 2 where domain.isRunning: happen(["suspended_paused"], to: uuid, then: "paused user")
        case 3 where domain.isRunning:
            happen(["suspended_migrated", "stopped_migrated"], to: uuid, then: "shutoff migrated")
        default: happen(["shutdown_host", "stopped_destroyed"], to: uuid, then: "shutoff destroyed")
        }
    }

    /// Its owner, who has it on another host, moves it to here; there it runs on when that fails.
    mutating func comeIn(_ uuid: DomainUUID) {
        // What has happened to it unseen may be more than anybody can tell.
        guard book.unseen[uuid] == nil else { return }
        happen(["started_migrated"], to: uuid, then: "paused migration")
        after(random.seconds(1...900)) { simulation in
            guard simulation.domains[uuid]?.status == Scene.status("paused migration") else { return }
            guard simulation.isAgentUp, simulation.isLibvirtUp, simulation.random.chance(50) else {
                return simulation.happen(["stopped_failed"], to: uuid, then: "shutoff crashed")
            }
            simulation.domains[uuid]?.isStoppedByOwner = false
            simulation.domains[uuid]?.failures += 1
            simulation.happen(["resumed_migrated"], to: uuid, then: "running migrated")
        }
    }

    mutating func startAsOwner(_ uuid: DomainUUID) {
        guard let domain = domains[uuid], !domain.isRunning else { return }
        let isNew = domain.status.state == "shutoff"
        domains[uuid]?.isStoppedByOwner = false
        // What the owner starts is another life: a failure of it is a new one.
        domains[uuid]?.failures += 1
        happen(isNew ? ["resumed_unpaused", "started_booted"] : ["resumed_unpaused"], to: uuid, then: "running booted")
    }
}
