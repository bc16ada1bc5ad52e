// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing
import Vocabulary

@testable import Remediation

@Suite struct JournalTests {
    private final class Place {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        var file: String { directory.appendingPathComponent("journal.db").path }

        init() throws {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }

        deinit {
            // Silence is right: the directory is a temporary one.
            try? FileManager.default.removeItem(at: directory)
        }
    }

    private func attempt(_ action: String, number: Int = 1) -> Attempt {
        Attempt(
            domain: Scene.domain, incident: "i", number: number, policy: "default", action: action,
            cause: .hypervisorCrash)
    }

    @Test func `tells an unfinished step once`() async throws {
        let place = try Place()
        let time = Timestamp(milliseconds: 1_000_000)
        let row = try await Journal(path: place.file).begin(attempt("start"), at: time)
        #expect(row == 1)
        let first = try await Journal(path: place.file).inherit(at: time)
        #expect(first.attempts.map(\.isFinished) == [false])
        #expect(first.attempts.map(\.attempt) == [attempt("start")])
        let second = try await Journal(path: place.file).inherit(at: time)
        #expect(second.attempts.map(\.isFinished) == [true])
    }

    @Test func `a step that was not wanted any more is no attempt`() async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        let time = Timestamp(milliseconds: 1_000_000)
        try await journal.end(try await journal.begin(attempt("start"), at: time), result: Journal.dropped, at: time)
        #expect(try await journal.inherit(at: time).attempts.isEmpty)
    }

    @Test func `a step that ends every agent is not taken for ever`() async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        var begun = 0
        for _ in 0..<20 {
            var scene = Scene()
            scene.facts?.status = Scene.status("shutoff crashed")
            if begun == 0 { scene.happen("stopped_failed", then: "shutoff crashed") }
            scene.carryOut(scene.machine.restore(try await journal.inherit(at: scene.now.time), now: scene.now))
            scene.pass(.seconds(60))
            guard let attempt = scene.performed.first else { break }
            begun += 1
            _ = try await journal.begin(attempt, at: scene.now.time)
        }
        // Five attempts, one taken again, and the one after which it is noticed.
        #expect(begun == 7)
    }

    @Test func `a start that was cut short goes on where a power-off of our own had come before`() async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        var scene = Scene()
        scene.facts?.status = Scene.status("shutoff destroyed")
        let row = try await journal.begin(attempt("destroy-start"), at: scene.now.time)
        try await journal.end(row, result: "the start failed", at: scene.now.time)
        try await journal.keep(
            OpenIncident(
                domain: Scene.domain, incident: "i", number: 1, policy: "default", cause: .watchdog,
                left: Scene.status("shutoff destroyed")))
        _ = try await journal.begin(attempt("start", number: 2), at: scene.now.time)
        scene.carryOut(scene.machine.restore(try await journal.inherit(at: scene.now.time), now: scene.now))
        scene.pass(.seconds(60))
        #expect(scene.actions == ["start"])
    }

    @Test func `keeps an incident between two steps until it ends`() async throws {
        let place = try Place()
        let time = Timestamp(milliseconds: 1_000_000)
        let open = OpenIncident(
            domain: Scene.domain, incident: "i", number: 2, policy: "default", cause: .panic,
            left: Scene.status("shutoff destroyed"))
        try await Journal(path: place.file).keep(open)
        #expect(try await Journal(path: place.file).inherit(at: time).open == [open])
        try await Journal(path: place.file).close(Scene.domain)
        #expect(try await Journal(path: place.file).inherit(at: time).open == [])
    }

    @Test func `keeps pauses, and what a quarantine was for, until they end`() async throws {
        let place = try Place()
        let time = Timestamp(milliseconds: 1_000_000)
        let note = ChangeNote(author: "ada", comment: "disks")
        let pauses = [nil, Scene.domain].map { RepairPause(domain: $0, note: note, since: time) }
        let quarantine = Quarantine(
            domain: Scene.domain, policy: "default", cause: .panic, left: Scene.status("shutoff crashed"), since: time)
        let journal = try Journal(path: place.file)
        for pause in pauses { try await journal.pause(pause) }
        try await journal.quarantine(quarantine)
        let kept = try await Journal(path: place.file).inherit(at: time)
        #expect(Set(kept.pauses) == Set(pauses))
        #expect(kept.quarantined == [quarantine])
        try await journal.resume(nil)
        #expect(try await Journal(path: place.file).inherit(at: time).pauses == [pauses[1]])
        try await journal.resume(Scene.domain)
        #expect(try await Journal(path: place.file).inherit(at: time).pauses == [])
    }

    @Test func `another boot of the machine is noticed once`() async throws {
        let place = try Place()
        #expect(try await Journal(path: place.file).enter(boot: "a") == false)
        #expect(try await Journal(path: place.file).enter(boot: "a") == false)
        #expect(try await Journal(path: place.file).enter(boot: "b"))
        #expect(try await Journal(path: place.file).enter(boot: "b") == false)
    }

    @Test func `a quarantine and a spent budget survive`() async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        var scene = Scene()
        for number in 1...5 {
            let row = try await journal.begin(attempt("start", number: number), at: scene.now.time)
            try await journal.end(row, result: "done", at: scene.now.time)
        }
        let budget = try await journal.inherit(at: scene.now.time)
        scene.carryOut(scene.machine.restore(budget, now: scene.now))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(20))
        #expect(scene.outcomes == [.gaveUp])

        let quarantine = Quarantine(
            domain: Scene.domain, policy: "default", cause: .panic, left: Scene.status("shutoff crashed"),
            since: scene.now.time)
        try await journal.quarantine(quarantine)
        var next = Scene()
        next.carryOut(next.machine.restore(try await journal.inherit(at: next.now.time), now: next.now))
        #expect(next.machine.quarantined == [Scene.domain])
        try await journal.release(Scene.domain)
        #expect(try await journal.inherit(at: next.now.time).quarantined.isEmpty)
    }

    @Test func `what is held survives, until it is let go`() async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        var scene = Scene()
        scene.machine = Remediator(settings: RemediationSettings(mode: .auto), random: { 0.5 }) { _, _, time in
            RepairHold(reason: "r", until: time + .seconds(60))
        }
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        let held = try #require(scene.held.first)
        #expect(held.events.map(\.detail) == ["stopped_failed"])
        try await journal.hold(held)

        // The daemon has forgotten why the domain is off; the journal has not.
        var next = Scene()
        next.facts?.status = Scene.status("shutoff unknown")
        next.carryOut(next.machine.restore(try await journal.inherit(at: next.now.time), now: next.now))
        next.pass(.seconds(4))
        #expect(next.actions == ["start"])
        #expect(next.decisions.first?.cause == .hypervisorCrash)
        #expect(next.decisions.first?.incident == held.id)
        try await journal.letGo(Scene.domain)
        #expect(try await journal.inherit(at: next.now.time).held.isEmpty)
    }

    @Test(arguments: [("start", "running booted", 0), ("destroy-start", "shutoff destroyed", 1)])
    func `takes an unfinished step up by the state`(action: String, status: String, performed: Int) async throws {
        let place = try Place()
        let journal = try Journal(path: place.file)
        var scene = Scene()
        _ = try await journal.begin(attempt(action), at: scene.now.time)
        scene.facts?.status = Scene.status(status)
        scene.carryOut(scene.machine.restore(try await journal.inherit(at: scene.now.time), now: scene.now))
        scene.pass(.seconds(60))
        #expect(scene.performed.count == performed)
        #expect(scene.outcomes.first == .held)
    }
}
