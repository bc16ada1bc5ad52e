// SPDX-License-Identifier: Apache-2.0
import Remediation
import Vocabulary

/// A state machine, one domain and a time that only the test moves.
struct Scene {
    static let domain = DomainIdentity(connection: "local", uuid: DomainUUID(high: 1, low: 2), name: "web1")
    var machine: Remediator
    var facts: DomainFacts? = DomainFacts(identity: domain, status: Scene.status("running booted"), isPersistent: true)
    var uptime = Duration.zero
    var decisions: [Decision] = []
    var performed: [Attempt] = []
    var delays: [Duration] = []
    var held: [HeldIncident] = []

    init(_ mode: RemediationSettings.Mode = .auto, policy: Policy = Policy()) {
        machine = Remediator(settings: RemediationSettings(mode: mode, policies: [policy])) { 0.5 }
    }

    /// A domain that crashed, was started, and has not run for long: the next attempt has to wait.
    static var repairedOnce: Scene {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        scene.finish("running booted")
        scene.pass(.seconds(20))
        return scene
    }

    var now: Moment { Moment(uptime: uptime, time: Timestamp(milliseconds: 1_000_000) + uptime) }
    var outcomes: [Decision.Outcome] { decisions.map(\.outcome) }
    var actions: [String] { performed.map(\.action) }

    static func status(_ text: String) -> DomainStatus {
        let words = text.split(separator: " ")
        return DomainStatus(state: String(words[0]), reason: String(words[1]))
    }

    static func event(_ word: String) -> DomainEvent {
        let kind = ["watchdog", "io_error", "control_error"].first { word.hasPrefix($0 + "_") }
        let detail = kind.map { String(word.dropFirst($0.count + 1)) } ?? word
        return DomainEvent(
            domain: domain, kind: word == "reboot" ? "reboot" : kind ?? "lifecycle", detail: detail,
            time: Timestamp(milliseconds: 0))
    }

    /// Tells events, and then that the domain stands so.
    mutating func happen(_ words: String..., then status: String) {
        facts?.status = Self.status(status)
        for word in words { carryOut(machine.hear(Self.event(word), now: now)) }
    }

    mutating func find(_ before: String, now status: String?) {
        if let status { facts?.status = Self.status(status) } else { facts = nil }
        carryOut(
            machine.hear(
                DomainFinding(
                    domain: Self.domain, before: Self.status(before), now: status.map(Self.status), time: now.time),
                now: now))
    }

    mutating func alert(_ state: Alert.State) {
        let alert = Alert(
            labels: Labels([Label("alertname", "DomainHung")]), annotations: .none, state: state, value: 1,
            activeAt: now.time)
        carryOut(machine.hear(alert, of: Self.domain, now: now))
    }

    /// Lets time pass, with a tick whenever one is due.
    mutating func pass(_ duration: Duration) {
        let end = uptime + duration
        for _ in 0..<10_000 {
            guard let deadline = machine.nextDeadline, deadline <= end else { break }
            uptime = max(uptime, deadline)
            carryOut(machine.tick(now: now))
        }
        uptime = end
    }

    /// The ordered step returns, and the domain stands so.
    mutating func finish(_ status: String) {
        guard let attempt = performed.last else { return }
        facts?.status = Self.status(status)
        carryOut(machine.finished(attempt, error: nil, now: now))
    }

    mutating func carryOut(_ orders: [Order]) {
        for order in orders {
            switch order {
            case .report(let decision): decisions.append(decision)
            case .look(let domain): carryOut(machine.facts(facts, of: domain, now: now))
            case .perform(let attempt):
                switch machine.begin(attempt, facts: facts, now: now) {
                case .go:
                    performed.append(attempt)
                    delays.append(uptime)
                case .not(let orders): carryOut(orders)
                }
            case .hold(let incident): held.append(incident)
            case .quarantine, .release, .keep, .close: break
            }
        }
    }
}
