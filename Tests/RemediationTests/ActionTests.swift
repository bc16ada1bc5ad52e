// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Testing
import Vocabulary

/// When a step would change nothing for the better, and what it says then.
@Suite struct ActionTests {
    private static let everything: ActionMeans = {
        var means = ActionMeans()
        means.snapshot = "good"
        means.command = ["/bin/true"]
        means.webhook = "http://127.0.0.1/"
        return means
    }()

    /// The actions that are not void in each state, with every mean there is and an agent that is connected.
    @Test(arguments: [
        ("shutoff crashed", ["exec", "quarantine", "snapshot-revert", "start", "webhook"]),
        (
            "running booted",
            [
                "acpi-reboot", "agent-reboot", "destroy-start", "exec", "inject-nmi", "quarantine", "reset",
                "shutdown-start", "snapshot-revert", "webhook",
            ]
        ),
        ("paused ioerror", ["destroy-start", "exec", "quarantine", "resume", "snapshot-revert", "webhook"]),
        ("paused watchdog", ["destroy-start", "exec", "quarantine", "snapshot-revert", "webhook"]),
        ("paused user", ["destroy-start", "exec", "quarantine", "snapshot-revert", "webhook"]),
        ("crashed panicked", ["destroy-start", "exec", "quarantine", "snapshot-revert", "webhook"]),
        ("nostate unknown", ["exec", "quarantine", "snapshot-revert", "webhook"]),
    ])
    func `what helps a domain in a state`(status: String, names: [String]) {
        let facts = DomainFacts(
            identity: Scene.domain, status: Scene.status(status), isPersistent: true, isAgentConnected: true,
            driver: "qemu")
        let useful = Actions.all.filter { $0.reasonVoid(for: facts, means: Self.everything) == nil }
        #expect(useful.map(\.name) == names)
    }

    @Test(arguments: [
        ("agent-reboot", "no guest agent is connected"), ("inject-nmi", "libvirt's driver lxc has no NMI"),
        ("snapshot-revert", "the policy names no snapshot"), ("webhook", "the policy names no address"),
        ("exec", "the policy names no program, or programs are not allowed"), ("start", "the domain is not shut off"),
        ("resume", "the domain is not paused by an I/O error"),
    ])
    func `a running domain without agent, in a container, with a policy that gives nothing`(
        name: String, reason: String
    ) {
        let facts = DomainFacts(
            identity: Scene.domain, status: Scene.status("running booted"), isPersistent: true,
            isAgentConnected: false, driver: "lxc")
        #expect(Actions.named(name)?.reasonVoid(for: facts, means: ActionMeans()) == reason)
    }

    @Test func `a ladder that ends in quarantine is not begun again`() {
        let ladder = [
            Step(action: "start", timeout: .seconds(10)), Step(action: "quarantine", timeout: .seconds(1)),
        ]
        var scene = Scene(policy: Policy(ladder: ladder))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        scene.finish("shutoff failed")
        scene.pass(.seconds(5))
        #expect(scene.actions == ["start", "quarantine"])
        scene.finish("shutoff failed")
        #expect(scene.outcomes.last == .gaveUp)
        #expect(scene.machine.quarantined == [Scene.domain])
        scene.pass(.seconds(7200))
        #expect(scene.actions == ["start", "quarantine"])
    }

    @Test func `a step that finds no mean for it is skipped`() {
        let ladder = ["snapshot-revert", "exec", "start"].map { Step(action: $0, timeout: .seconds(10)) }
        var scene = Scene(policy: Policy(ladder: ladder))
        scene.happen("stopped_failed", then: "shutoff crashed")
        scene.pass(.seconds(4))
        #expect(scene.actions == ["start"])
    }
}
