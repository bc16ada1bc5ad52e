// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program, killed again and again while it repairs.
@Suite(.serialized, .timeLimit(.minutes(3))) struct JournalKillTests {
    /// How often it is killed.
    private static let kills = 15
    private static let names = ["web-1", "web-2", "web-3"]

    private static let policies = """
            - name: broken
              match: {domains: [broken]}
              on: {causes: [hypervisor-crash, lost, crash-or-terminated]}
              settle: 200ms
              verify: 300ms
              budget: {attempts: 3}
              backoff: {base: 100ms, max: 200ms}
              ladder: [start 5s]
            - name: all
              on: {causes: [hypervisor-crash, lost, crash-or-terminated]}
              settle: 200ms
              verify: 300ms
              budget: {attempts: 1000, window: 2h}
              backoff: {base: 50ms, max: 200ms}
              ladder: [start 10s]
        """

    @Test func `no crash is forgotten, none is repaired twice, and a quarantine stays`() async throws {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policies)
        for name in Self.names + ["broken"] {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        let starts = try await Starts(scene.host.uri)
        var crashes: [String: Int] = [:]
        for round in 0..<Self.kills {
            let agent = try scene.serve()
            _ = try await agent.port()
            try await waitUntil("it watches") { !agent.lines("watching local").isEmpty }
            try await waitUntilRepaired(scene, agent, "round \(round)")
            if round == 0 { try await breakDisk(of: "broken", scene) }
            for name in Self.names.shuffled().prefix(Int.random(in: 1...2)) {
                try scene.host.kill(name)
                crashes[name, default: 0] += 1
            }
            // From before the events are heard until after the proof.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...1500)))
            agent.signal(SIGKILL)
            _ = await agent.end()
        }
        let agent = try scene.serve()
        _ = try await agent.port()
        try await waitUntilRepaired(scene, agent, "the end")
        try await waitUntil("the broken one is quarantined") {
            try Self.rows(scene, "SELECT name FROM quarantine").first?.first?.text == "broken"
        }
        let expected = Self.names.map { crashes[$0] ?? 0 }
        try await waitUntil("every start is told") {
            zip(Self.names, expected).allSatisfy { starts.count($0) >= $1 }
        }
        #expect(Self.names.map { starts.count($0) } == expected)
        // What a kill cut short is taken again, and is the same attempt; if it is cut short again, each time is one more.
        let begun = try Self.rows(
            scene,
            """
            SELECT count(*), sum(max(1, times - 1)) FROM (
                SELECT count(*) AS times FROM attempts WHERE name = 'broken' AND result IS NOT 'dropped'
                GROUP BY incident, number)
            """)
        let (attempts, counted) = (begun.first?.first?.integer ?? 0, begun.first?.last?.integer ?? 0)
        #expect(attempts <= 3 && counted >= 3, "\(begun)")
        let open = try Self.rows(scene, "SELECT count(*) FROM attempts WHERE ended IS NULL")
        #expect(open.first?.first?.integer == 0)
        #expect(agent.lines("decision", "outcome=acted", "domain=broken").count <= 3)
        await starts.stop()
        #expect(await scene.stop(agent) == .exited(0))
    }

    private func waitUntilRepaired(_ scene: Scenario, _ agent: ChildProcess, _ when: String) async throws {
        for name in Self.names {
            do {
                try await waitUntil("\(name) runs at \(when)", within: .seconds(60)) {
                    try await scene.host.state(of: name) == "running"
                }
            } catch {
                throw HostError("\(error); it says of it \(agent.lines("domain=\(name) ").suffix(20))")
            }
        }
    }

    /// Its next start, by whomever, fails.
    private func breakDisk(of name: String, _ scene: Scenario) async throws {
        let disks = try await scene.host.virsh("domblklist", name)
        let path = try #require(disks.split(separator: "\n").first { $0.contains("vda") }?.split(separator: " ").last)
        unlink(String(path))
        try scene.host.kill(name)
    }

    private static func rows(_ scene: Scenario, _ query: String) throws -> [[Value]] {
        try DatabaseHandle(path: "\(scene.directory.path)/state/remediation.db").query(query)
    }
}
