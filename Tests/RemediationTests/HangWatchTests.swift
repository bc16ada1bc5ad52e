// SPDX-License-Identifier: Apache-2.0
import Remediation
import Testing
import Vocabulary

@Suite struct HangWatchTests {
    /// What is judged of a domain with these samples, ten seconds apart.
    private func causes(_ samples: [DomainVitals]) -> [Cause] {
        var scene = Scene(
            policy: Policy(causes: [.hung, .monitorHung], ladder: [Step(action: "reset", timeout: .seconds(30))]))
        for sample in samples {
            scene.pass(.seconds(10))
            scene.carryOut(scene.machine.hear(sample, of: Scene.domain, now: scene.now))
        }
        scene.pass(.seconds(4))
        return scene.performed.map(\.cause)
    }

    private func alive(_ second: Int, agent: Bool? = true) -> DomainVitals {
        DomainVitals(cpuTime: .seconds(second), diskRequests: UInt64(second), agentAnswers: agent)
    }

    private let still = DomainVitals(cpuTime: .seconds(9), diskRequests: 9, agentAnswers: false)

    @Test func `three silent samples of a guest that was heard before are a verdict, two are not`() {
        #expect(causes([alive(9), still, still, still]) == [.hung])
        #expect(causes([alive(9), still, still]) == [])
    }

    @Test func `silence alone is none: not of a busy guest, nor of one that was never heard, nor during a job`() {
        #expect(causes([alive(1)] + (2...9).map { alive($0, agent: false) }) == [])
        #expect(causes([alive(9, agent: nil), still, still, still, still]) == [])
        var copied = still
        copied.job = "snapshot"
        #expect(causes([alive(9), copied, copied, copied, copied]) == [])
        var asleep = still
        asleep.isRunning = false
        #expect(causes([alive(9), asleep, still, still, still]) == [])
        var blind = still
        blind.cpuTime = nil
        #expect(causes([alive(9), blind, blind, blind, blind]) == [])
    }

    @Test func `one sample with life begins the count anew`() {
        #expect(causes([alive(9), still, still, alive(10), still, still]) == [])
    }

    @Test func `a monitor that is busy for long is a verdict of its own`() {
        let busy = [10, 20, 30, 40, 50].map { DomainVitals(busyFor: .seconds($0), cpuTime: .seconds($0)) }
        #expect(causes(busy) == [.monitorHung])
        #expect(causes(Array(busy.prefix(4))) == [])
    }
}
