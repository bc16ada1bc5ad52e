// SPDX-License-Identifier: Apache-2.0
import Remediation
import Testing
import Vocabulary

/// Domains of which libvirt cannot say whether somebody works on them.
@Suite struct UnansweredTests {
    private static let reason = "libvirt cannot say whether a job of the domain runs"

    private func scene(_ causes: Set<Cause>) -> Scene {
        var scene = Scene(
            policy: Policy(causes: causes, ladder: [Step(action: "destroy-start", timeout: .seconds(60))]))
        scene.facts?.circumstances.unanswered = Self.reason
        return scene
    }

    @Test func `no step is taken until libvirt can say it`() {
        var scene = scene([.panic])
        scene.happen("crashed_panicked", then: "crashed panicked")
        scene.pass(.seconds(600))
        #expect(scene.outcomes == [.held])
        #expect(scene.decisions.first?.reason == Self.reason)
        #expect(scene.actions.isEmpty)
        scene.facts?.circumstances.unanswered = nil
        scene.pass(.seconds(60))
        #expect(scene.actions == ["destroy-start"])
    }

    @Test func `it is left to people when that takes too long`() {
        var scene = scene([.panic])
        scene.happen("crashed_panicked", then: "crashed panicked")
        scene.pass(.seconds(3600))
        #expect(scene.outcomes == [.held, .gaveUp])
        #expect(scene.actions.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a monitor that hangs itself is repaired, not waited for`(isItself: Bool) {
        var scene = scene([.monitorHung])
        scene.facts?.circumstances.isMonitorHung = isItself
        for _ in 0..<8 {
            scene.pass(.seconds(10))
            scene.carryOut(
                scene.machine.hear(
                    DomainVitals(busyFor: .seconds(40) + scene.uptime), of: Scene.domain, now: scene.now))
        }
        scene.pass(.seconds(10))
        #expect(scene.actions == (isItself ? ["destroy-start"] : []))
    }

    @Test func `another trouble of a domain whose monitor hangs waits`() {
        var scene = scene([.panic])
        scene.facts?.circumstances.isMonitorHung = true
        scene.happen("crashed_panicked", then: "crashed panicked")
        scene.pass(.seconds(60))
        #expect(scene.outcomes == [.held])
    }
}
