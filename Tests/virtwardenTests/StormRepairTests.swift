// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Many domains of a host that fail at once.
@Suite(.serialized, .timeLimit(.minutes(6))) struct StormRepairTests {
    private static let policies = """
            - name: databases
              match: {domains: ["db-*"]}
              on: {causes: [hypervisor-crash, lost, crash-or-terminated]}
              priority: 90
              settle: 1s
              verify: 200ms
              ladder: [start 30s]
            - name: all
              on: {causes: [hypervisor-crash, lost, crash-or-terminated]}
              settle: 1s
              verify: 200ms
              ladder: [start 30s]
        """

    private static let limits =
        "{concurrent: 2, steps_per_minute: 1000, storm: {failures: 5, shared: 1000, cooldown: 8s}}"

    @Test func `twenty are killed: one storm is told, then each is started once, the important ones first`()
        async throws
    {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policies, limits: Self.limits)
        let databases = (1...4).map { "db-\($0)" }
        let names = databases + (1...16).map { "web-\($0)" }
        for name in names {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domains_by_state{state="running"} 20"#)
        let starts = try await Starts(scene.host.uri)
        for name in names.reversed() { try scene.host.kill(name) }
        try await waitUntil("the storm is told") { !agent.lines("decision", "cause=storm").isEmpty }
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        try await scene.wait(port, for: #"virtwarden_remediation_storm_active 1"#)
        try await waitUntil("all are repaired", within: .seconds(90)) {
            agent.lines("decision", "outcome=succeeded").count == names.count
        }
        #expect(agent.lines("decision", "cause=storm").count == 1)
        try await waitUntil("each start is told") { starts.all.count >= names.count }
        #expect(starts.all.sorted() == names.sorted())
        // Two at a time: the last of the important ones may be overtaken by one that starts beside it.
        #expect(starts.all.prefix(databases.count + 1).count { databases.contains($0) } == databases.count)
        #expect(agent.lines("decision", "outcome=failed").isEmpty)
        #expect(agent.lines("decision", "outcome=gave-up").isEmpty)
        await starts.stop()
        #expect(await scene.stop(agent) == .exited(0))
    }
}
