// SPDX-License-Identifier: Apache-2.0
import Remediation
import Testing
import Vocabulary

@Suite struct ClassifierTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let events: [String]
        let status: String
        let cause: Cause
        var testDescription: String { "\(events.joined(separator: ", ")) then \(status)" }

        init(_ events: String..., then status: String, is cause: Cause) {
            self.events = events
            self.status = status
            self.cause = cause
        }
    }

    @Test(arguments: [
        ("shutoff unknown", Cause.hostReboot), ("shutoff shutdown", .cleanUnknown), ("running booted", .unknown),
    ])
    func `what ran before the machine was booted has its own cause`(status: String, cause: Cause) {
        let finding = DomainFinding(
            domain: Scene.domain, before: Scene.status("running unknown"), now: Scene.status(status),
            isAcrossBoot: true, time: Timestamp(milliseconds: 0))
        #expect(Classifier().judge(events: [], status: Scene.status(status), finding: finding).cause == cause)
    }

    static let measured = [
        Row("resumed_unpaused", "started_booted", then: "running booted", is: .started),
        Row(then: "shutoff failed", is: .startFailed),
        Row("control_error_control_error", then: "shutoff failed", is: .startFailed),
        Row("shutdown_guest", "stopped_shutdown", then: "shutoff shutdown", is: .guestPoweroff),
        Row("shutdown_host", "stopped_destroyed", then: "shutoff destroyed", is: .adminDestroy),
        Row("stopped_destroyed", then: "shutoff destroyed", is: .adminDestroy),
        Row("shutdown_host", "stopped_shutdown", then: "shutoff shutdown", is: .hostSignal),
        Row("stopped_shutdown", then: "shutoff shutdown", is: .cleanUnknown),
        Row("stopped_failed", then: "shutoff crashed", is: .hypervisorCrash),
        Row("control_error_control_error", "stopped_failed", then: "shutoff crashed", is: .hypervisorCrash),
        Row("suspended_paused", "stopped_failed", then: "shutoff crashed", is: .hypervisorCrash),
        Row("reboot", "reboot", "reboot", then: "running booted", is: .reboot),
        Row("suspended_paused", "stopped_saved", then: "shutoff saved", is: .saved),
        Row("started_restored", "resumed_from_snapshot", then: "running restored", is: .started),
        Row("suspended_migrated", "stopped_migrated", then: "shutoff migrated", is: .migrated),
        Row("watchdog_pause", "suspended_watchdog", then: "shutoff destroyed", is: .adminDestroy),
        Row(
            "watchdog_pause", "suspended_watchdog", "shutdown_host", "stopped_destroyed", "started_migrated",
            "stopped_failed", then: "shutoff crashed", is: .migrationFailed),
        Row("started_migrated", "stopped_failed", then: "shutoff crashed", is: .migrationFailed),
        Row("started_migrated", "shutdown_host", "stopped_destroyed", then: "shutoff destroyed", is: .migrationFailed),
        Row("suspended_migrated", "stopped_failed", then: "shutoff crashed", is: .migrationFailed),
        Row("started_migrated", "resumed_migrated", "stopped_failed", then: "shutoff crashed", is: .hypervisorCrash),
        Row("watchdog_shutdown", "shutdown_guest", "stopped_shutdown", then: "shutoff shutdown", is: .watchdog),
        Row("watchdog_shutdown", "shutdown_host", "stopped_shutdown", then: "shutoff shutdown", is: .hostSignal),
        Row("stopped_from_snapshot", then: "shutoff from_snapshot", is: .fromSnapshot),
        Row("suspended_paused", "crashed_panicked", "stopped_crashed", then: "shutoff crashed", is: .panic),
        Row("stopped_crashed", then: "shutoff crashed", is: .panic),
        Row("crashed_panicked", "reboot", "resumed_unpaused", "reboot", then: "running crashed", is: .panic),
        Row("crashed_panicked", then: "crashed panicked", is: .panic),
        Row("crashed_crashloaded", then: "running booted", is: .kdump),
        Row("watchdog_none", then: "running booted", is: .watchdog),
        Row("watchdog_pause", "suspended_watchdog", then: "paused watchdog", is: .watchdog),
        Row("watchdog_reset", "reboot", "reboot", "reboot", then: "running booted", is: .watchdog),
        Row("watchdog_poweroff", "stopped_failed", then: "shutoff crashed", is: .watchdog),
        Row("watchdog_shutdown", then: "running booted", is: .watchdog),
        Row("watchdog_inject_nmi", then: "running booted", is: .watchdog),
        Row("io_error_pause", "suspended_ioerror", then: "paused ioerror", is: .ioError),
        Row("suspended_paused", then: "paused user", is: .userPause),
        Row("shutdown_host", then: "running booted", is: .unknown),
        Row("started_booted", "stopped_shutdown", then: "running booted", is: .reboot),
        Row("stopped_failed", "started_booted", then: "running booted", is: .started),
        Row("crashed_panicked", "shutdown_host", "stopped_destroyed", then: "shutoff destroyed", is: .adminDestroy),
        Row(
            "crashed_panicked", "reboot", "resumed_unpaused", "suspended_paused", then: "paused user", is: .userPause),
        Row(
            "crashed_panicked", "reboot", "resumed_unpaused", "reboot", "shutdown_guest", "stopped_shutdown",
            then: "shutoff shutdown", is: .guestPoweroff),
        Row("stopped_9", then: "shutoff 12", is: .unknown),
    ]

    @Test(arguments: measured) func `tells the cause of a measured sequence`(row: Row) {
        let judgement = Classifier().judge(
            events: row.events.map(Scene.event), status: Scene.status(row.status))
        #expect(judgement.cause == row.cause, "\(judgement.evidence)")
    }

    @Test(arguments: [
        ("running booted", "shutoff crashed", Cause.crashOrTerminated), ("running booted", "shutoff unknown", .lost),
        ("shutoff shutdown", "shutoff unknown", .unknown), ("running booted", "shutoff daemon", .lost),
        ("running booted", "crashed panicked", .panic), ("running booted", "paused watchdog", .watchdog),
        ("running booted", "shutoff destroyed", .adminDestroy),
        ("paused migration", "shutoff crashed", .migrationFailed),
        ("paused migration", "shutoff migrated", .migrated),
    ])
    func `tells the cause of a change that no event told of`(before: String, now: String, cause: Cause) {
        let finding = DomainFinding(
            domain: Scene.domain, before: Scene.status(before), now: Scene.status(now), time: .init(milliseconds: 0))
        #expect(Classifier().judge(events: [], status: Scene.status(now), finding: finding).cause == cause)
    }

    @Test func `a change that is found before its event comes is no other cause`() {
        let off = Scene.status("shutoff crashed")
        let finding = DomainFinding(
            domain: Scene.domain, before: Scene.status("paused migration"), now: off, time: .init(milliseconds: 0))
        let events = [Scene.event("stopped_failed")]
        #expect(Classifier().judge(events: events, status: off, finding: finding).cause == .migrationFailed)
    }

    @Test func `our own power-off is expected, another one is not`() {
        let own = ["shutdown_host", "stopped_destroyed", "resumed_unpaused", "started_booted"].map(Scene.event)
        let running = Scene.status("running booted")
        #expect(Classifier().judge(events: own, status: running, ownAction: "destroy-start").cause == .expected)
        let twice = own + [Scene.event("stopped_destroyed")]
        let off = Scene.status("shutoff destroyed")
        #expect(Classifier().judge(events: twice, status: off, ownAction: "destroy-start").cause == .adminDestroy)
    }

    @Test func `says on what it is founded`() {
        let judgement = Classifier().judge(
            events: [Scene.event("watchdog_poweroff"), Scene.event("stopped_failed")],
            status: Scene.status("shutoff crashed"))
        #expect(judgement.evidence == "events watchdog_poweroff, stopped_failed; now shutoff (crashed)")
        #expect(judgement.confidence == .high)
    }
}
