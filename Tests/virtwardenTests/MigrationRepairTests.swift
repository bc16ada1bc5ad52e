// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Repair on two real hosts between which a real guest migrates, and which both have its definition.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MigrationRepairTests {
    private static let rules = """
        groups:
          - name: domains
            interval: 1s
            rules:
              - alert: Restless
                expr: libvirt_domain_state{state="running"} == 1

        """

    private static let policies = """
            - name: all
              on:
                causes: [hypervisor-crash, panic, watchdog, lost, crash-or-terminated]
                alerts: ['alertname="Restless"']
              settle: 1s
              verify: 1s
              budget: {attempts: 100}
              backoff: {base: 500ms, max: 1s}
              ladder: [reset 20s, start 30s]
        """

    @Test
    func `each step waits for a migration, and what one leaves is repaired where the guest ran, and nowhere else`()
        async throws
    {
        let scene = try await Scenario()
        let other = try await PrivateLibvirtd.start()
        try scene.directory.write("rules.yml", Self.rules.utf8)
        try scene.configure(
            mode: "auto", policies: Self.policies,
            connections: "[{name: here, uri: \"\(scene.host.uri)\"}, {name: there, uri: \"\(other.uri)\"}]")
        try await scene.host.define("web", .restless)
        try await other.adopt("web", of: scene.host)
        try await scene.host.start("web")

        // The agent comes when it is under way already; the alert wants the guest repaired.
        let aborted = try await scene.host.beginMigration("web", to: other)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await wait(
            for: ["outcome=held", "cause=alert", "a migration of the domain is under way"], on: "here", agent)
        try await scene.wait(port, for: #"virtwarden_remediation_held_domains{reason="job"} 1"#)
        #expect(
            try await Scenario.page(port).contains(#"libvirt_domain_job_operation_code{domain="web",host="here"} 5"#))
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        try await scene.host.virsh("domjobabort", "--domain", "web")
        #expect(await aborted.end() == .exited(1))
        for parts in [["outcome=acted", "action=reset"], ["outcome=succeeded", "action=reset"]] {
            try await wait(for: parts, on: "here", agent)
        }
        try await wait(for: ["outcome=left-alone", "cause=migration-failed"], on: "there", agent)
        #expect(try await other.state(of: "web") == "shut off")

        // One that the agent has seen begin, and that the guest's end at its first host ends.
        try await scene.host.waitUntilBooted("web")
        let broken = try await scene.host.beginMigration("web", to: other)
        try scene.host.kill("web")
        #expect(await broken.end() == .exited(1))
        try await wait(for: ["outcome=succeeded", "cause=hypervisor-crash", "action=start"], on: "here", agent)
        try await wait(for: ["outcome=left-alone", "cause=migration-failed"], on: "there", times: 2, agent)
        #expect(try await other.state(of: "web") == "shut off")
        #expect(try await scene.host.state(of: "web") == "running")

        // One that comes to its end.
        try await scene.host.waitUntilBooted("web")
        let ended = try await scene.host.beginMigration("web", to: other)
        let acted = agent.lines("decision", "host=here ", "outcome=acted").count
        #expect(agent.lines("decision", "host=there ", "outcome=acted").isEmpty)
        try await scene.host.endMigration("web")
        #expect(await ended.end() == .exited(0), "\(ended.standardError)")
        try await wait(for: ["outcome=left-alone", "cause=migrated"], on: "here", agent)
        #expect(try await scene.host.state(of: "web") == "shut off")
        #expect(try await other.state(of: "web") == "running")
        #expect(agent.lines("decision", "host=here ", "outcome=acted").count == acted)
        // There it runs, the alert is about it, and nothing is in the way any more.
        try await wait(for: ["outcome=succeeded", "cause=alert", "action=reset"], on: "there", agent)
        #expect(await scene.stop(agent) == .exited(0))
        await other.stop()
    }

    private func wait(for parts: [String], on host: String, times: Int = 1, _ agent: ChildProcess) async throws {
        do {
            try await waitUntil("\(host): \(parts)", within: .seconds(60)) {
                agent.lines("decision", "host=\(host) ").count { line in parts.allSatisfy(line.contains) } >= times
            }
        } catch {
            throw HostError("\(error); it says \(agent.lines("domain=web ").suffix(20))")
        }
    }
}
