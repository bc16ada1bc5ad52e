// SPDX-License-Identifier: Apache-2.0
import Remediation
import Synchronization
import Testing
import Vocabulary

/// Repairs that an operator holds.
@Suite struct HoldTests {
    /// A scene in which every repair is held until `end`, after its start.
    private func scene(until end: Duration, from start: Duration = .zero, _ mode: RemediationSettings.Mode = .auto)
        -> Scene
    {
        var scene = Scene()
        let zero = scene.now.time
        scene.machine = Remediator(
            settings: RemediationSettings(mode: mode), random: { 0.5 },
            holder: { _, _, time in
                guard time >= zero + start, time < zero + end else { return nil }
                return RepairHold(reason: "maintenance 7 by ada: disks", until: zero + end)
            })
        return scene
    }

    @Test(arguments: [RemediationSettings.Mode.auto, .observe])
    func `is refused once, and done when nobody holds it any more`(_ mode: RemediationSettings.Mode) {
        var scene = scene(until: .seconds(600), mode)
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(599))
        #expect(scene.outcomes == [.refused])
        #expect(scene.decisions.first?.reason == "maintenance 7 by ada: disks")
        #expect(scene.decisions.first?.action == "start")
        #expect(scene.actions.isEmpty)
        scene.pass(.seconds(2))
        #expect(scene.actions == (mode == .auto ? ["start"] : []))
        #expect(scene.outcomes == [.refused, mode == .auto ? .acted : .wouldAct])
    }

    @Test func `what is ended by hand is looked at again at once`() {
        var scene = Scene()
        let held = Held()
        scene.machine = Remediator(
            settings: RemediationSettings(mode: .auto), random: { 0.5 },
            holder: { _, _, time in held.isHeld ? RepairHold(reason: "r", until: time + .seconds(9000)) : nil })
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(30))
        held.end()
        scene.machine.reconsider(now: scene.now)
        scene.pass(.milliseconds(1))
        #expect(scene.actions == ["start"])
    }

    @Test func `a domain that was started meanwhile is left alone`() {
        var scene = scene(until: .seconds(600))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(30))
        scene.happen("started_booted", then: "running booted")
        scene.pass(.seconds(900))
        #expect(scene.outcomes == [.refused, .leftAlone])
        #expect(scene.actions.isEmpty)
    }

    @Test func `a host that does not answer while it is held loses nothing`() {
        var scene = scene(until: .seconds(600))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(10))
        scene.facts = nil
        scene.happen("crashed_panicked", then: "shutoff crashed")
        scene.pass(.seconds(300))
        scene.facts = DomainFacts(
            identity: Scene.domain, status: Scene.status("shutoff crashed"), isPersistent: true)
        scene.pass(.seconds(300))
        #expect(scene.actions == ["start"])
    }

    @Test func `one that comes before the next step holds it`() {
        var scene = scene(until: .seconds(600), from: .seconds(5))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        #expect(scene.actions == ["start"])
        scene.finish("shutoff crashed")
        scene.pass(.seconds(300))
        #expect(scene.actions == ["start"])
        #expect(scene.outcomes == [.acted, .failed, .refused])
        scene.pass(.seconds(400))
        #expect(scene.actions == ["start", "start"])
    }

    @Test func `what somebody wanted is left alone as ever`() {
        var scene = scene(until: .seconds(600))
        scene.happen("stopped_destroyed", then: "shutoff destroyed")
        scene.pass(.seconds(10))
        #expect(scene.outcomes == [.leftAlone])
    }
}

/// Whether a repair is held, until a test ends it.
private final class Held: Sendable {
    private let state = Mutex(true)
    var isHeld: Bool { state.withLock { $0 } }
    func end() { state.withLock { $0 = false } }
}
