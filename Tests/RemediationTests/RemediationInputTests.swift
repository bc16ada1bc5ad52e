// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Remediation
import Testing
import Vocabulary

/// What stands between remediation and the rest of the agent can be sent.
@Suite struct RemediationInputTests {
    private static let time = Timestamp(milliseconds: 1_000_000)

    private static var inputs: [RemediationInput] {
        let running = Scene.status("running booted")
        let labels = Labels([Label("alertname", "DomainHung"), Label("domain", "web1")])
        var vitals = DomainVitals(busyFor: .seconds(31), cpuTime: .milliseconds(7), diskRequests: 9, job: "backup")
        vitals.agentAnswers = false
        return [
            .event(Scene.event("stopped_failed")),
            .finding(DomainFinding(domain: Scene.domain, before: running, now: nil, isAcrossBoot: true, time: time)),
            .alert(
                Alert(labels: labels, annotations: .none, state: .firing, value: 0.5, activeAt: time),
                of: Scene.domain),
            .vitals(vitals, of: Scene.domain),
            .listing([.init(Scene.domain, running)], of: "local", isHere: true),
        ]
    }

    @Test(arguments: inputs.indices) func `each thing that it is told survives a pipe`(index: Int) throws {
        let input = Self.inputs[index]
        let bytes = try JSONEncoder().encode(input)
        let read = try JSONDecoder().decode(RemediationInput.self, from: bytes)
        #expect(read == input)
    }

    @Test func `so does what it tells, and what it was told of a domain`() throws {
        var scene = Scene()
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        let decision = try #require(scene.decisions.first)
        #expect(try JSONDecoder().decode(Decision.self, from: JSONEncoder().encode(decision)) == decision)
        var facts = try #require(scene.facts)
        facts.circumstances = DomainCircumstances(
            job: "backup", resources: ["pool fast"], missing: ["pool fast is not active"], cpuTime: .seconds(1))
        #expect(try JSONDecoder().decode(DomainFacts.self, from: JSONEncoder().encode(facts)) == facts)
    }
}
