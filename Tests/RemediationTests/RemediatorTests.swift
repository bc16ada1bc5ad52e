// SPDX-License-Identifier: Apache-2.0
import Alerting
import Libvirt
import Remediation
import Testing
import Vocabulary

@Suite struct RemediatorTests {
    @Test func `starts a crashed domain once, as soon as its events have settled, and proves it`() {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.milliseconds(2999))
        #expect(scene.performed.isEmpty)
        scene.pass(.milliseconds(1))
        #expect(scene.actions == ["start"])
        scene.finish("running booted")
        #expect(scene.outcomes == [.acted])
        scene.happen("resumed_unpaused", "started_booted", then: "running booted")
        scene.pass(.seconds(3))
        #expect(scene.outcomes == [.acted, .succeeded])
        #expect(scene.decisions.allSatisfy { $0.cause == .hypervisorCrash && $0.action == "start" })
        scene.pass(.seconds(7200))
        #expect(scene.performed.count == 1)
        #expect(scene.decisions.count == 2)
    }

    @Test(arguments: [
        (["shutdown_guest", "stopped_shutdown"], "shutoff shutdown", Cause.guestPoweroff),
        (["shutdown_host", "stopped_destroyed"], "shutoff destroyed", .adminDestroy),
        (["suspended_paused", "stopped_saved"], "shutoff saved", .saved),
        (["suspended_migrated", "stopped_migrated"], "shutoff migrated", .migrated),
        (["suspended_paused"], "paused user", .userPause),
        (["stopped_from_snapshot"], "shutoff from_snapshot", .fromSnapshot),
    ])
    func `never undoes what somebody wanted, whatever a policy names`(
        events: [String], status: String, cause: Cause
    ) {
        var scene = Scene(policy: Policy(causes: Set(Cause.allCases)))
        for event in events { scene.happen(event, then: status) }
        scene.pass(.seconds(7200))
        #expect(scene.performed.isEmpty)
        #expect(scene.outcomes == [.leftAlone])
        #expect(scene.decisions.first?.cause == cause)
    }

    @Test func `does not judge a shutdown notice before its stop`() {
        var scene = Scene()
        scene.happen("shutdown_host", then: "running booted")
        scene.pass(.seconds(4))
        #expect(scene.decisions.isEmpty)
        scene.happen("stopped_destroyed", then: "shutoff destroyed")
        scene.pass(.seconds(10))
        #expect(scene.decisions.map(\.cause) == [.adminDestroy])
    }

    @Test func `leaves a signal from the host alone unless a policy names it`() {
        var scene = Scene()
        scene.happen("shutdown_host", "stopped_shutdown", then: "shutoff shutdown")
        scene.pass(.seconds(60))
        #expect(scene.decisions.map(\.reason) == ["no policy for it names host-signal"])
    }

    @Test func `a watchdog's power-off is no crash`() {
        var scene = Scene(policy: Policy(causes: [.hypervisorCrash]))
        scene.happen("watchdog_poweroff", "stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(60))
        #expect(scene.decisions.map(\.cause) == [.watchdog])
        #expect(scene.performed.isEmpty)
    }

    @Test func `does not repeat what libvirt did on a panic`() {
        var scene = Scene()
        scene.facts?.onCrash = "restart"
        scene.happen("crashed_panicked", "reboot", "resumed_unpaused", "reboot", then: "running crashed")
        scene.pass(.seconds(60))
        #expect(scene.decisions.map(\.reason) == ["the domain runs"])
    }

    @Test func `counts the three reboots of one reset once`() {
        var scene = Scene()
        scene.happen("reboot", "reboot", "reboot", then: "running booted")
        scene.pass(.seconds(60))
        #expect(scene.decisions.map(\.cause) == [.reboot])
    }

    @Test func `powers a panicked domain off and on that libvirt preserved`() {
        var scene = Scene()
        scene.facts?.onCrash = "preserve"
        scene.happen("crashed_panicked", then: "crashed panicked")
        scene.pass(.seconds(14))
        #expect(scene.actions == ["destroy-start"])
        scene.happen("shutdown_host", "stopped_destroyed", "started_booted", then: "running booted")
        scene.finish("running booted")
        scene.pass(.seconds(3))
        #expect(scene.outcomes == [.acted, .succeeded])
    }

    @Test func `waits for libvirt, too, where a round found the panic before its event came`() {
        var scene = Scene()
        scene.facts?.onCrash = "coredump-restart"
        scene.find("paused unknown", now: "crashed panicked")
        scene.happen("crashed_panicked", then: "crashed panicked")
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.held])
        scene.happen("reboot", "resumed_unpaused", then: "running crashed")
        scene.pass(.seconds(60))
        #expect(scene.performed.isEmpty)

        var late = Scene()
        late.facts?.onCrash = "coredump-restart"
        late.find("running booted", now: "crashed panicked")
        late.pass(.seconds(20))
        #expect(late.actions == ["destroy-start"])
    }

    @Test func `waits for libvirt to carry out on_crash, and for kdump`() {
        var scene = Scene()
        scene.facts?.onCrash = "coredump-destroy"
        scene.happen("crashed_panicked", then: "paused crashed")
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.held])
        scene.happen("stopped_crashed", then: "shutoff crashed")
        scene.pass(.seconds(20))
        #expect(scene.actions == ["start"])

        var kdump = Scene()
        kdump.happen("crashed_crashloaded", then: "running booted")
        kdump.pass(.seconds(800))
        #expect(kdump.outcomes == [.held])
        kdump.pass(.seconds(800))
        #expect(kdump.outcomes == [.held, .leftAlone])
        #expect(kdump.performed.isEmpty)
    }

    @Test func `gives a crash loop up after its budget, with growing waits, and says so once`() {
        var scene = Scene()
        for _ in 0..<8 {
            scene.happen("stopped_failed", then: "shutoff crashed")
            let attempts = scene.performed.count
            scene.pass(.seconds(320))
            if scene.performed.count == attempts { break }
            scene.finish("running booted")
            scene.pass(.seconds(20))
        }
        #expect(scene.performed.count == 5)
        #expect(scene.outcomes.filter { $0 == .gaveUp }.count == 1)
        #expect(scene.machine.quarantined == [Scene.domain])
        let starts = zip(scene.delays, 0...).map { $0 - .seconds(340) * $1 }
        #expect(starts == [3, 13, 23, 43, 83].map { Duration.seconds($0) })
    }

    @Test func `a start by hand ends the quarantine and is not counted`() {
        var scene = Scene(policy: Policy(budget: Budget(attempts: 1, window: .seconds(3600), stableFor: .seconds(60))))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(20))
        scene.finish("shutoff crashed")
        #expect(scene.outcomes == [.acted, .failed, .gaveUp])
        scene.happen("started_booted", then: "running booted")
        #expect(scene.machine.quarantined.isEmpty)
        scene.pass(.seconds(4000))
        #expect(scene.performed.count == 1)
    }

    @Test func `cancels when another hand is faster`() {
        var scene = Scene.repairedOnce
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(5))
        scene.happen("resumed_unpaused", "started_booted", then: "running booted")
        scene.pass(.seconds(60))
        #expect(scene.performed.count == 1)
        #expect(scene.outcomes == [.acted, .succeeded, .leftAlone])
    }

    @Test func `a domain that somebody started while our own start failed is not reset`() throws {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        let attempt = try #require(scene.performed.last)
        scene.happen("resumed_unpaused", "started_booted", then: "running booted")
        let error = VirError(code: .operationFailed, domain: 10, call: "start", message: "no")
        scene.carryOut(scene.machine.finished(attempt, error: error, now: scene.now))
        scene.pass(.seconds(600))
        #expect(scene.actions == ["start"])
        #expect(scene.decisions.last?.reason == "the domain runs already")
    }

    @Test func `a domain that runs again just before the deadline is not reset`() {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        scene.finish("paused watchdog")
        scene.pass(.milliseconds(58_500))
        scene.happen("resumed_unpaused", then: "running booted")
        scene.pass(.seconds(60))
        #expect(scene.actions == ["start"])
        #expect(scene.outcomes == [.acted, .succeeded])
    }

    @Test func `leaves a domain alone that somebody starts and stops during the wait`() {
        var scene = Scene.repairedOnce
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(5))
        scene.happen("started_booted", "shutdown_host", "stopped_destroyed", then: "shutoff destroyed")
        scene.pass(.seconds(600))
        #expect(scene.performed.count == 1)
        #expect(scene.decisions.last?.reason == "somebody powered the domain off")
    }

    @Test func `an operator's power-off during the proof is not undone`() {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(14))
        scene.finish("running booted")
        scene.happen("started_booted", "shutdown_host", "stopped_destroyed", then: "shutoff destroyed")
        scene.pass(.seconds(600))
        #expect(scene.performed.count == 1)
        #expect(scene.outcomes == [.acted, .leftAlone])
    }

    @Test func `does not believe a resume that lasts a moment`() {
        let ladder = [Step(action: "resume", timeout: .seconds(10))]
        var scene = Scene(policy: Policy(causes: [.ioError], ladder: ladder))
        scene.happen("io_error_pause", "suspended_ioerror", then: "paused ioerror")
        scene.pass(.seconds(4))
        scene.happen("resumed_unpaused", "suspended_ioerror", then: "paused ioerror")
        scene.finish("paused ioerror")
        scene.pass(.seconds(9))
        #expect(scene.outcomes == [.acted, .failed])
        scene.pass(.seconds(2))
        #expect(scene.actions == ["resume", "resume"])
        scene.finish("running unpaused")
        scene.pass(.seconds(9))
        #expect(scene.outcomes == [.acted, .failed, .acted])
        scene.pass(.seconds(2))
        #expect(scene.outcomes == [.acted, .failed, .acted, .succeeded])
    }

    @Test func `an I/O error is left alone by default`() {
        var scene = Scene()
        scene.happen("io_error_pause", "suspended_ioerror", then: "paused ioerror")
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.leftAlone])
    }

    @Test func `observes with the same wait and does nothing`() {
        var scene = Scene(.observe)
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(2))
        #expect(scene.decisions.isEmpty)
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.wouldAct])
        #expect(scene.decisions.first?.action == "start")
        #expect(scene.performed.isEmpty)
    }

    @Test func `hears nothing when off`() {
        var scene = Scene(.off)
        scene.happen("stopped_failed", then: "shutoff crashed")
        #expect(scene.machine.nextDeadline == nil)
    }

    @Test func `refuses what others manage, the host's own domain, and what a start would change`() {
        func reason(_ change: (inout DomainFacts) -> Void) -> String? {
            var scene = Scene()
            if var facts = scene.facts {
                change(&facts)
                scene.facts = facts
            }
            scene.happen("stopped_failed", then: "shutoff crashed")
            scene.pass(.seconds(600))
            #expect(scene.performed.isEmpty)
            #expect(scene.decisions.count == 1)
            return scene.decisions.first?.reason
        }
        #expect(reason { $0.manager = "nova" } == "nova manages the domain; it is only observed")
        #expect(reason { $0.id = 0 } == "Domain-0 is the host itself")
        #expect(reason { $0.hasManagedSave = true } == "the domain has a saved state, which a start would restore")
        #expect(
            reason { $0.isPersistent = false }
                == "the domain is transient: there is no definition to start it from")
    }

    @Test func `leaves a domain alone that is gone`() {
        var scene = Scene()
        scene.find("running booted", now: nil)
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.held, .leftAlone])
        #expect(scene.decisions.last?.cause == .lost)
    }

    @Test func `starts what was lost, and not what was off before`() {
        var lost = Scene()
        lost.find("running booted", now: "shutoff unknown")
        lost.pass(.seconds(20))
        #expect(lost.actions == ["start"])
        var off = Scene()
        off.find("shutoff shutdown", now: "shutoff unknown")
        off.pass(.seconds(20))
        #expect(off.decisions.isEmpty)
    }

    @Test func `climbs the ladder for an alert and skips void steps`() throws {
        let matcher = try AlertMatchers(parsing: ["alertname=\"DomainHung\""])
        var scene = Scene(policy: Policy(alerts: [matcher]))
        scene.alert(.firing)
        scene.pass(.seconds(14))
        #expect(scene.actions == ["reset"])
        scene.finish("paused watchdog")
        scene.pass(.seconds(31))
        #expect(scene.actions == ["reset", "destroy-start"])
        #expect(scene.performed.allSatisfy { $0.number == 1 && $0.cause == .alert })
        var resolved = Scene(policy: Policy(alerts: [matcher]))
        resolved.alert(.firing)
        resolved.pass(.seconds(2))
        resolved.alert(.resolved)
        resolved.pass(.seconds(60))
        #expect(resolved.decisions.map(\.reason) == ["the alert is resolved"])
    }

    @Test func `a domain that was off and is gone is no incident`() {
        var scene = Scene()
        scene.find("shutoff unknown", now: nil)
        scene.pass(.seconds(120))
        #expect(scene.decisions.isEmpty)
    }

    @Test func `an alert about a domain that somebody powered off starts nothing`() throws {
        var scene = Scene(policy: Policy(alerts: [try AlertMatchers(parsing: [])]))
        scene.facts?.status = Scene.status("shutoff destroyed")
        scene.alert(.firing)
        scene.pass(.seconds(60))
        #expect(scene.decisions.map(\.cause) == [.adminDestroy])
    }
}
