// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// The real state machine, a libvirt that answers as it was measured to, and a time that jumps.
struct Simulation {
    var machine: Remediator
    let settings: RemediationSettings
    var domains: [DomainUUID: SimulatedDomain] = [:]
    var agenda = Agenda()
    var uptime = Duration.zero
    /// What the wall clock shows besides the uptime.
    var wall = Timestamp(milliseconds: 1_800_000_000_000)
    var random: RandomSource
    var isAgentUp = true
    var isLibvirtUp = true
    var conditions = HostConditions()
    var log: SimulationLog
    var journal = SimulatedJournal()
    /// Which agent it is: answers to one that ended reach nobody.
    var agent = 0
    var book = SimulationBook()

    init(_ settings: RemediationSettings, seed: UInt64 = 1, keepsLog: Bool = true) {
        self.settings = settings
        random = RandomSource(seed: seed)
        machine = Self.machine(settings, seed)
        log = SimulationLog(isKept: keepsLog)
    }

    private static func machine(_ settings: RemediationSettings, _ seed: UInt64) -> Remediator {
        // Without jitter, scenarios have round times; the jitter has a test of its own.
        Remediator(settings: settings) { 0.5 }
    }

    var now: Moment { Moment(uptime: uptime, time: wall + uptime) }

    mutating func add(_ domain: SimulatedDomain) {
        domains[domain.facts.identity.uuid] = domain
    }

    mutating func after(_ delay: Duration, _ deed: @escaping Agenda.Deed) {
        agenda.add(at: uptime + delay, deed)
    }

    /// Lets everything happen that happens until `end`.
    mutating func run(until end: Duration) {
        while true {
            let due = isAgentUp ? machine.nextDeadline.map { max($0, uptime) } : nil
            let next = agenda.next
            guard let time = [due, next].compactMap({ $0 }).min(), time <= end else { break }
            uptime = max(uptime, time)
            if let next, next <= time {
                agenda.take()?.deed(&self)
            } else {
                carryOut(machine.conditions(conditions, now: now) + machine.tick(now: now))
            }
        }
        uptime = end
    }

    mutating func carryOut(_ orders: [Order]) {
        for order in orders {
            switch order {
            case .report(let decision): take(decision)
            case .look(let domain):
                let agent = agent
                after(.milliseconds(2)) { simulation in
                    guard simulation.agent == agent, simulation.isAgentUp else { return }
                    simulation.carryOut(
                        simulation.machine.facts(simulation.facts(of: domain), of: domain, now: simulation.now))
                }
            case .perform(let attempt): perform(attempt)
            case .quarantine(let quarantine): journal.quarantined[quarantine.domain] = quarantine
            case .release(let domain): journal.quarantined[domain] = nil
            case .hold(let incident): journal.held[incident.domain] = incident
            case .keep(let incident): journal.open[incident.domain] = incident
            case .close(let domain): journal.open[domain] = nil
            }
        }
    }

    func facts(of domain: DomainIdentity) -> DomainFacts? {
        guard isLibvirtUp, let domain = domains[domain.uuid], domain.exists else { return nil }
        return domain.facts
    }

    private mutating func take(_ decision: Decision) {
        if decision.outcome != .refused { journal.held[decision.domain] = nil }
        log.decision(decision, at: uptime)
        book.decide(decision, at: uptime)
    }

    /// What the room does with a step: journal, facts, the last check, the call, the answer.
    private mutating func perform(_ attempt: Attempt) {
        let row = journal.begin(attempt, at: now.time)
        switch machine.begin(attempt, facts: facts(of: attempt.domain), now: now) {
        case .not(let orders):
            journal.end(row, isDropped: true)
            carryOut(orders)
        case .go: call(attempt, row)
        }
    }

    private mutating func call(_ attempt: Attempt, _ row: Int) {
        log.line("call \(attempt.action) \(attempt.domain.name)", at: uptime)
        guard var domain = domains[attempt.domain.uuid] else { return }
        let reply = isLibvirtUp ? domain.reply(to: attempt.action) : .error(.internalError, "End of file")
        domains[attempt.domain.uuid] = domain
        book.call(attempt, domain, at: uptime)
        if machine.allPauses.contains(where: { $0.domain == nil || $0.domain == attempt.domain }) {
            book.wrong("\(attempt.action) while it is paused", attempt, uptime)
        }
        let error: VirError?
        switch reply {
        case .silence: return
        case .error(let code, let message):
            error = VirError(code: code, domain: 10, call: attempt.action, message: message)
            halfway(attempt)
        case .fine: error = effect(of: attempt)
        }
        let agent = agent
        book.begin()
        after(domain.latency) { simulation in
            guard simulation.agent == agent, simulation.isAgentUp else { return }
            simulation.book.end()
            simulation.journal.end(row)
            simulation.carryOut(simulation.machine.finished(attempt, error: error, now: simulation.now))
        }
    }
}
