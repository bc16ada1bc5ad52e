// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestHosts
import Testing

/// What operators order of repair, beside the real program and a real libvirtd.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RemediationOrderTests {
    /// The second failure is one too many.
    private static let policies = """
            - name: once
              settle: 200ms
              verify: 200ms
              budget: {attempts: 1}
              backoff: {base: 100ms, max: 1s}
        """

    private func scene(mode: String) async throws -> Scenario {
        let scene = try await Scenario()
        try scene.configure(mode: mode, policies: Self.policies)
        try await scene.host.define("web")
        try await scene.host.start("web", booted: false)
        return scene
    }

    private func ask(_ port: UInt16, _ words: String...) async throws -> (code: Int32?, output: String, errors: String)
    {
        try await BuiltProgram.run(["remediation"] + words + ["--url", "http://127.0.0.1:\(port)"])
    }

    @Test func `a pause holds, outlives the agent and ends; a quarantine is released`() async throws {
        let scene = try await scene(mode: "auto")
        let first = try scene.serve()
        var port = try await first.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        let paused = try await ask(port, "pause", "web", "--author", "ada", "--comment", "new disks")
        #expect(paused.code == 0 && paused.output.hasPrefix("web on local: paused"), "\(paused)")
        #expect(!first.lines("repairs are paused", "author=ada", "comment=\"new disks\"", "domain=web").isEmpty)
        try scene.host.kill("web")
        try await waitUntil("it is refused") {
            !first.lines("decision", "outcome=refused", "by ada: new disks").isEmpty
        }
        let why = try await ask(port, "explain", "web").output
        for part in ["held by   pause: its repair is paused since", "virtwarden remediation resume web", "[pause]"] {
            #expect(why.contains(part), "\(why)")
        }
        first.signal(SIGKILL)
        _ = await first.end()

        let second = try scene.serve()
        port = try await second.port()
        try await waitUntil("the next agent holds it too") {
            !second.lines("decision", "outcome=refused", "by ada: new disks").isEmpty
        }
        try await scene.wait(port, for: "virtwarden_remediation_paused_domains 1\n")
        try await scene.wait(port, for: "virtwarden_remediation_held_domains{reason=\"pause\"} 1\n")
        #expect(try await scene.host.state(of: "web") == "shut off")
        #expect(try await ask(port, "resume").code == 1)
        #expect(try await ask(port, "resume", "web", "--author", "bob").code == 0)
        #expect(!second.lines("repairs are resumed", "author=bob", "domain=web").isEmpty)
        try await waitUntil("it is repaired") { !second.lines("decision", "outcome=succeeded").isEmpty }

        #expect(try await ask(port, "release", "web").code == 1)
        try scene.host.kill("web")
        try await waitUntil("it is given up") { !second.lines("decision", "outcome=gave-up").isEmpty }
        let given = try await ask(port, "explain", "web").output
        for part in ["web on local: QUARANTINED since ", "1 of 1 used within 1h, 0 left", "remediation release web"] {
            #expect(given.contains(part), "\(given)")
        }
        #expect(given.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(given)")
        #expect(try await ask(port, "release", "web", "--author", "ada").code == 0)
        #expect(!second.lines("quarantine is released", "author=ada", "domain=web").isEmpty)
        #expect(try await ask(port, "release", "nobody").code == 1)
        try await scene.host.start("web", booted: false)
        try scene.host.kill("web")
        try await waitUntil("it is repaired again") { second.lines("decision", "outcome=succeeded").count == 2 }
        #expect(await scene.stop(second) == .exited(0))
    }

    @Test func `a pause of all holds what is only observed, too`() async throws {
        let scene = try await scene(mode: "observe")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        #expect(try await ask(port, "pause", "--host", "local").code == 1)
        #expect(try await ask(port, "pause", "--author", "ada").output.hasPrefix("all domains: paused"))
        try await scene.wait(port, for: "virtwarden_remediation_paused 1\n")
        try scene.host.kill("web")
        try await waitUntil("it is refused") { !agent.lines("decision", "outcome=refused", "all repairs are").isEmpty }
        let list = try await ask(port, "list").output
        #expect(list.contains("paused    all repairs since ") && list.contains("by ada"), "\(list)")
        #expect(try await ask(port, "list", "--json").output.contains("\"pauses\":[{\"author\":\"ada\""))
        #expect(try await ask(port, "resume").output == "all domains: repairs go on\n")
        try await waitUntil("it says what it would do") { !agent.lines("decision", "outcome=would-act").isEmpty }
        #expect(await scene.stop(agent) == .exited(0))
    }
}
