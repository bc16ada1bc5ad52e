// SPDX-License-Identifier: Apache-2.0
import Alerting
import Remediation
import Testing
import Vocabulary

/// The last check before an effect.
@Suite struct TurnTests {
    /// A domain whose start has been ordered, and what the last check says when things stand so.
    private func turn(_ change: (inout Remediator, inout DomainFacts) -> Void) -> (goes: Bool, orders: [Order]) {
        let domain = Scene.domain
        var machine = Remediator(settings: RemediationSettings(mode: .auto)) { 0.5 }
        var facts = DomainFacts(identity: domain, status: Scene.status("shutoff crashed"), isPersistent: true)
        var time = Duration.zero
        func now() -> Moment { Moment(uptime: time, time: Timestamp(milliseconds: 0) + time) }
        var orders = machine.hear(Scene.event("stopped_failed"), now: now())
        for _ in 0..<10 {
            if case .perform(let attempt)? = orders.last {
                change(&machine, &facts)
                switch machine.begin(attempt, facts: facts, now: now()) {
                case .go: return (true, [])
                case .not(let orders): return (false, orders)
                }
            }
            if case .look? = orders.last {
                orders = machine.facts(facts, of: domain, now: now())
            } else if let deadline = machine.nextDeadline {
                time = deadline
                orders = machine.tick(now: now())
            }
        }
        return (false, [])
    }

    private func reason(_ orders: [Order]) -> String? {
        for case .report(let decision) in orders { return decision.reason }
        return nil
    }

    @Test func `a step goes when nothing has changed`() {
        #expect(turn { _, _ in }.goes)
    }

    @Test func `a step does not go when somebody was faster, or wants it off, or manages it`() {
        let running = turn { $1.status = Scene.status("running booted") }
        #expect(!running.goes && reason(running.orders) == "the domain runs already")
        let off = turn { $1.status = Scene.status("shutoff destroyed") }
        #expect(!off.goes && reason(off.orders) == "somebody powered the domain off")
        let saved = turn { $1.hasManagedSave = true }
        #expect(!saved.goes && reason(saved.orders) == "the domain has a saved state, which a start would restore")
        let observed = turn { machine, _ in
            let now = Moment(uptime: .seconds(3), time: Timestamp(milliseconds: 3000))
            machine.reload(RemediationSettings(mode: .observe), now: now)
        }
        #expect(!observed.goes && reason(observed.orders) == "the mode was changed")
    }

    @Test func `a kill switch holds the step, and its attempt is not counted`() {
        let held = turn { machine, _ in
            let now = Moment(uptime: .seconds(3), time: Timestamp(milliseconds: 3000))
            _ = machine.conditions(HostConditions(killSwitch: "/run/stop"), now: now)
        }
        #expect(!held.goes && held.orders.isEmpty)
    }
}
