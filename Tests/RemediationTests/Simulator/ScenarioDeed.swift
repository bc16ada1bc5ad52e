// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// One thing that happens in a scenario.
///
///     fail NAME EVENT … -> STATE REASON      a failure
///     owner NAME EVENT … -> STATE REASON     what the domain's owner does
///     set NAME key=value …                   how the domain, or what is around it, is from now on
///     reply NAME ACTION error CODE TEXT …    how libvirt answers the next call (or `silence`)
///     agent ends | agent starts              without a word; with the journal
///     libvirt ends | libvirt answers | libvirt forgets
///     lively NAME COUNT | still NAME COUNT | stuck NAME COUNT      samples of its signs of life
///     pause NAME | all, resume NAME | all    an operator holds repairs, and lets them go on
///     host stops | reboots
///     alert NAME fires | is resolved, kill-switch on | off, clock 3600s, undefine NAME, release NAME
struct ScenarioDeed {
    private let deed: Agenda.Deed

    init(_ words: [Substring], line: Int) throws(ScriptError) {
        guard let verb = words.first, let deed = Self.deed(String(verb), Array(words.dropFirst())) else {
            throw ScriptError(line: line, text: "nobody knows how to do that: \(words.joined(separator: " "))")
        }
        self.deed = deed
    }

    func happen(to simulation: inout Simulation) {
        deed(&simulation)
    }

    private static func deed(_ verb: String, _ words: [Substring]) -> Agenda.Deed? {
        switch verb {
        case "fail", "owner": change(words, isOwner: verb == "owner")
        case "set": set(words)
        case "reply": reply(words)
        case "agent": words == ["ends"] ? { $0.killAgent() } : restart
        case "libvirt": libvirt(words)
        case "alert": alert(words)
        case "host": words == ["reboots"] ? reboot : { $0.conditions.shutdown = "/run/nologin" }
        case "kill-switch":
            words == ["on"] ? { $0.conditions.killSwitch = "/run/stop" } : { $0.conditions.killSwitch = nil }
        case "clock": words.first.flatMap { DurationText.parse($0) }.map { jump in { $0.wall = $0.wall + jump } }
        case "clock-back": words.first.flatMap { DurationText.parse($0) }.map { jump in { $0.wall = $0.wall - jump } }
        case "lively", "still", "stuck": sample(verb, words)
        case "undefine": each(words) { $0.domains[$1]?.exists = false }
        case "pause", "resume": words == ["all"] ? pause(verb, nil) : each(words) { pause(verb, $1)(&$0) }
        case "release": each(words) { $0.carryOut($0.machine.release($0.identity($1))) }
        default: nil
        }
    }

    /// Everything ends without a word; what libvirt starts by itself, a line of the script's own does.
    private static func reboot(_ simulation: inout Simulation) {
        simulation.killAgent()
        simulation.log.line("the host reboots", at: simulation.uptime)
        simulation.book.isAcrossBoot = true
        for (uuid, domain) in simulation.domains where domain.isRunning {
            simulation.book.unseen[uuid] = domain.status
            simulation.domains[uuid]?.failures += 1
            simulation.domains[uuid]?.status = Scene.status("shutoff unknown")
        }
    }

    private static func restart(_ simulation: inout Simulation) {
        simulation.startAgent()
        simulation.reconcile()
    }

    private static func each(
        _ words: [Substring], _ body: @escaping (inout Simulation, DomainUUID) -> Void
    ) -> Agenda.Deed? {
        guard let word = words.first else { return nil }
        let names = ScenarioDomain.names(word)
        return { simulation in
            for name in names { if let uuid = simulation.uuid(of: name) { body(&simulation, uuid) } }
        }
    }

    private static func change(_ words: [Substring], isOwner: Bool) -> Agenda.Deed? {
        guard let arrow = words.firstIndex(of: "->"), words.count == arrow + 3, arrow > 0 else { return nil }
        let events = words[1..<arrow].map(String.init)
        let status = words[(arrow + 1)...].joined(separator: " ")
        return each(words) { simulation, uuid in
            if isOwner {
                simulation.domains[uuid]?.isStoppedByOwner = !status.hasPrefix("running")
                if status.hasPrefix("running") { simulation.domains[uuid]?.failures += 1 }
                simulation.happen(events, to: uuid, then: status)
            } else {
                simulation.fail(events, uuid, then: status)
            }
        }
    }

    private static func set(_ words: [Substring]) -> Agenda.Deed? {
        each(words) { simulation, uuid in
            guard var domain = simulation.domains[uuid] else { return }
            for (key, value) in ScriptWord.pairs(words.dropFirst()) { ScenarioDomain.set(key, value, &domain) }
            simulation.domains[uuid] = domain
        }
    }

    private static func reply(_ words: [Substring]) -> Agenda.Deed? {
        guard words.count >= 3 else { return nil }
        let action = String(words[1])
        let reply: SimulatedDomain.Reply
        if words[2] == "silence" {
            reply = .silence
        } else if words.count >= 4, let code = Int32(words[3]) {
            reply = .error(VirError.Code(rawValue: code), words.dropFirst(4).joined(separator: " "))
        } else {
            return nil
        }
        return each(words) { $0.domains[$1]?.replies.append((action, reply)) }
    }

    private static func libvirt(_ words: [Substring]) -> Agenda.Deed? {
        switch words.first {
        case "ends": { $0.isLibvirtUp = false }
        case "answers":
            { simulation in
                simulation.isLibvirtUp = true
                simulation.reconcile()
            }
        case "forgets":
            { simulation in
                for (uuid, domain) in simulation.domains where domain.status.state == "shutoff" {
                    simulation.book.unseen[uuid] = domain.status
                    simulation.domains[uuid]?.status = Scene.status("shutoff unknown")
                }
                simulation.reconcile()
            }
        default: nil
        }
    }

    /// Samples, one each 10 s: of a guest that works, of one that does nothing, or of a monitor that is busy.
    private static func sample(_ verb: String, _ words: [Substring]) -> Agenda.Deed? {
        guard words.count >= 2, let count = Int(words[1]) else { return nil }
        let agent = words.count == 3 ? (words[2] == "unheard" ? nil : words[2] == "answers") : verb == "lively"
        return each(words) { simulation, uuid in
            for number in 1...count {
                simulation.after(.seconds(10 * number)) { simulation in
                    var vitals = DomainVitals(cpuTime: .seconds(100), diskRequests: 7, agentAnswers: agent)
                    if verb == "lively" { vitals.cpuTime = simulation.uptime }
                    if verb == "stuck" { vitals.busyFor = .seconds(10 * number) }
                    vitals.job = simulation.domains[uuid]?.facts.circumstances.job
                    vitals.isRunning = simulation.domains[uuid]?.isRunning == true
                    simulation.carryOut(
                        simulation.machine.hear(vitals, of: simulation.identity(uuid), now: simulation.now))
                }
            }
        }
    }

    private static func pause(_ verb: String, _ uuid: DomainUUID?) -> Agenda.Deed {
        { simulation in
            let domain = uuid.map { simulation.identity($0) }
            if verb == "pause" {
                let note = ChangeNote(author: "ada", comment: "disks")
                _ = simulation.machine.pause(
                    RepairPause(domain: domain, note: note, since: simulation.now.time), now: simulation.now)
            } else {
                _ = simulation.machine.resume(domain, now: simulation.now)
            }
            simulation.journal.pauses = simulation.machine.allPauses
        }
    }

    private static func alert(_ words: [Substring]) -> Agenda.Deed? {
        let isFiring = words.dropFirst().first == "fires"
        return each(words) { simulation, uuid in
            let alert = Alert(
                labels: Labels([Label("alertname", "DomainHung")]), annotations: .none,
                state: isFiring ? .firing : .resolved, value: 1, activeAt: simulation.now.time)
            simulation.carryOut(
                simulation.machine.hear(alert, of: simulation.identity(uuid), now: simulation.now))
        }
    }
}

extension Simulation {
    func uuid(of name: String) -> DomainUUID? {
        domains.first { $0.value.facts.identity.name == name }?.key
    }

    func identity(_ uuid: DomainUUID) -> DomainIdentity {
        domains[uuid]?.facts.identity ?? DomainIdentity(connection: "local", uuid: uuid, name: "")
    }
}
