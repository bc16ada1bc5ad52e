// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Remediation

@Suite struct FloodTests {
    @Test func `scenario 32: ten thousand I/O errors are one incident, and take no more room than a few`() {
        var scene = Scene()
        var known = KnownDomains()
        known.hear(Scene.event("started_booted"))
        scene.facts?.status = Scene.status("paused ioerror")
        for _ in 0..<5000 {
            for word in ["io_error_pause", "suspended_ioerror"] {
                known.hear(Scene.event(word))
                scene.carryOut(scene.machine.hear(Scene.event(word), now: scene.now))
            }
        }
        let record = scene.machine.record(of: Scene.domain)
        #expect((record?.incident?.events.count ?? 0) <= Incident.eventLimit)
        #expect((known[Scene.domain.key]?.events.count ?? 0) <= 8)
        scene.pass(.seconds(60))
        #expect(scene.decisions.count == 1)
    }
}
