// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Libvirt
import TestHosts
import Testing

/// Scenarios of repair that only the whole program can show.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RemediationScenarioTests {
    private func started(_ names: String...) async throws -> Scenario {
        let scene = try await Scenario()
        for name in names {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        return scene
    }

    private func watching(_ agent: ChildProcess, _ scene: Scenario, _ name: String) async throws -> UInt16 {
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_domain_state{domain=\"\(name)\",state=\"running\"} 1")
        return port
    }

    private static let wishes = [
        #"attempts="-1""#, #"mode="AUTO!!""#, #"attempts="\#(String(repeating: "9", count: 1 << 20))""#,
        #"hold-until="tomorrow""#,
    ]

    @Test(arguments: wishes)
    func `scenario 30: metadata that cannot be used lets it observe, with one warning and a metric`(
        wish: String
    ) async throws {
        let scene = try await started("web", "other")
        let connection = try await Connection.open(scene.host.uri, access: .readWrite)
        let uuid = try #require(try await connection.domains().first { $0.name == "web" }).uuid
        // What libvirt itself refuses reaches nobody.
        try? await connection.setMetadata(
            of: uuid, namespace: "urn:virtwarden:remediation:1", prefix: "r", element: "<remediation \(wish)/>")
        await connection.close()
        let isThere = try await scene.host.virsh("dumpxml", "web").contains("remediation")
        try #require(isThere)
        let agent = try scene.serve()
        let port = try await watching(agent, scene, "other")
        try await scene.wait(port, for: #"virtwarden_remediation_metadata_problems{domain="web"} 1"#)
        for name in ["web", "other"] { try scene.host.kill(name) }
        try await waitUntil("both are judged") {
            !agent.lines("decision", "outcome=succeeded", "domain=other").isEmpty
                && !agent.lines("decision", "outcome=would-act", "domain=web", "metadata cannot be used").isEmpty
        }
        #expect(try await scene.host.state(of: "web") == "shut off")
        #expect(agent.lines("cannot use what a domain's metadata says").count == 1)
        #expect(await scene.stop(agent) == .exited(0))
    }

    private static let mistakes = [
        ("backoff: {factor: 0}", "backoff.factor: must be between 1 and 100"),
        ("budget: {window: 1s}", "budget.window: is shorter than backoff.base"),
        ("ladder: [strat 60s]", "\"strat 60s\" is no step; did you mean \"start 60s\"?"),
        ("depends_on: [p]", "leads back to itself"),
    ]

    @Test func `scenario 31: wrong settings are refused with their line, and a reload keeps the old ones`() async throws
    {
        let scene = try await started("web")
        let agent = try scene.serve()
        let port = try await watching(agent, scene, "web")
        for (number, (mistake, sentence)) in Self.mistakes.enumerated() {
            try scene.configure(mode: "auto", policies: "    - name: p\n      \(mistake)")
            agent.signal(SIGHUP)
            try await waitUntil("it is refused: \(mistake)") {
                agent.lines("the one before stays in force").count == number + 1
            }
            let line = try #require(agent.lines("config.yml:", sentence).last, "\(mistake): \(agent.standardError)")
            #expect(["config.yml:8:", "config.yml:11:", "config.yml:12:"].contains { line.contains($0) }, "\(line)")
            let checked = try await BuiltProgram.run(["serve", "--config", scene.configuration])
            #expect(checked.code == 3 && checked.errors.contains(sentence))
        }
        try scene.configure(mode: "auto", policies: "    - {name: p}\n    - {name: p}")
        agent.signal(SIGHUP)
        try await waitUntil("a name is refused") { !agent.lines("a policy called \"p\" is there twice").isEmpty }
        try await scene.wait(port, for: "virtwarden_config_last_reload_successful 0\n")
        // The old settings repair as before.
        try scene.host.kill("web")
        try await waitUntil("it is repaired") { !agent.lines("decision", "outcome=succeeded").isEmpty }
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `scenario 38: a second agent for the same state directory refuses, and ends clearly`() async throws {
        let scene = try await started("web")
        let first = try scene.serve()
        _ = try await watching(first, scene, "web")
        let second = try await BuiltProgram.run(["serve", "--config", scene.configuration])
        #expect(second.code == 1)
        #expect(second.errors.contains("cannot use state.directory"), "\(second.errors)")
        #expect(second.errors.contains("process \(first.pid) uses it"), "\(second.errors)")
        try scene.host.kill("web")
        try await waitUntil("the first still repairs") { !first.lines("decision", "outcome=succeeded").isEmpty }
        // However the first ends, the directory is free then.
        first.signal(SIGKILL)
        _ = await first.end()
        let third = try scene.serve()
        _ = try await watching(third, scene, "web")
        #expect(await scene.stop(third) == .exited(0))
    }

    @Test func `scenario 40: a receiver and a hook that hang delay no repair, and the hook is ended`() async throws {
        let scene = try await started("hooked", "plain")
        scene.sink.behave(.hang)
        let mark = "\(scene.directory.path)/pid"
        let hook = "\(scene.directory.path)/hook"
        try scene.directory.write("hook", "#!/bin/sh\necho $$ >\(mark)\nexec sleep 600\n".utf8)
        #expect(chmod(hook, 0o700) == 0)
        let policies = """
                - name: hooked
                  match: {domains: [hooked]}
                  settle: 200ms
                  verify: 200ms
                  exec: ["\(hook)"]
                  ladder: [exec 6s, start 20s]
                - name: plain
                  settle: 200ms
                  verify: 200ms
            """
        try scene.configure(mode: "auto", policies: policies, more: "allow_exec: true")
        let agent = try scene.serve()
        _ = try await watching(agent, scene, "plain")
        try scene.host.kill("hooked")
        try await waitUntil("the hook hangs") { !agent.lines("decision", "outcome=acted", "action=exec").isEmpty }
        try scene.host.kill("plain")
        try await waitUntil("the other is repaired meanwhile") {
            !agent.lines("decision", "outcome=succeeded", "domain=plain").isEmpty
        }
        #expect(agent.lines("decision", "outcome=failed", "action=exec").isEmpty, "the hook was over already")
        try await waitUntil("the hook's time is over, and the next step helps") {
            !agent.lines("decision", "outcome=succeeded", "action=start", "domain=hooked").isEmpty
        }
        let pid = try #require(pid_t(String(contentsOfFile: mark, encoding: .utf8).split(separator: "\n").first ?? ""))
        try await waitUntil("the hook is ended") { Glibc.kill(pid, 0) != 0 }
        #expect(agent.lines("told", "receiver=ops").filter { !$0.contains("not told") }.isEmpty)
        #expect(await scene.stop(agent) == .exited(0))
    }
}

extension RemediationScenarioTests {
    /// Memory of a process in KiB.
    private func memory(of pid: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }

    /// Ten thousand events of a domain, of the kind that can be made at will; `FloodTests` has the same of I/O errors.
    @Test func `scenario 32: a flood of events is bounded, counted, and holds up neither libvirtd nor a repair`()
        async throws
    {
        let scene = try await started("noisy", "web")
        let agent = try scene.serve()
        let port = try await watching(agent, scene, "web")
        let before = try memory(of: agent.pid)
        let connection = try await Connection.open(scene.host.uri, access: .readWrite)
        let uuid = try #require(try await connection.domains().first { $0.name == "noisy" }).uuid
        var sent = 0
        while sent < 10_000, agent.lines("a domain floods events").isEmpty || sent < 2000 {
            try await connection.suspend(uuid)
            try await connection.resume(uuid)
            sent += 2
        }
        await connection.close()
        try await scene.wait(port, for: "virtwarden_event_floods_total 1\n")
        #expect(try await scene.host.virsh("list").contains("noisy"))
        // What nobody listens to is found out in the next round.
        try scene.host.kill("web")
        try await waitUntil("the other is repaired") {
            !agent.lines("decision", "outcome=succeeded", "domain=web").isEmpty
        }
        #expect(agent.lines("decision", "domain=noisy", "outcome=acted").isEmpty)
        #expect(try memory(of: agent.pid) < before + 64 << 10)
        #expect(await scene.stop(agent) == .exited(0))
    }
}
