// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Silences and maintenances of the program, by its own commands and by Alertmanager's amtool.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SilenceTests {
    private func directory(_ listen: String = "\"127.0.0.1:0\"", hasState: Bool = true) throws -> OwnedDirectory {
        let directory = try OwnedDirectory()
        let state = hasState ? "state: {directory: \"\(directory.path)/state\"}" : ""
        try directory.write(
            "config.yml",
            """
            connections: [{name: local, uri: "test:///default"}]
            sampling: {interval: 500ms}
            web: {listen: [\(listen)]}
            \(state)

            """.utf8)
        return directory
    }

    private func serve(_ directory: OwnedDirectory) throws -> ChildProcess {
        try BuiltProgram.start(["serve", "--config", directory.path + "/config.yml"])
    }

    /// What a command prints that the agent at `port` obeys.
    @discardableResult
    private func ask(_ port: UInt16, _ arguments: String...) async throws -> String {
        let result = try await BuiltProgram.run(arguments + ["--url", "http://127.0.0.1:\(port)"])
        guard result.code == 0 else { throw HostError("\(arguments): \(result.errors)") }
        return result.output.trimmingNewline
    }

    @Test func `what was answered is there after SIGKILL, and what was ended is over`() async throws {
        let directory = try directory()
        let first = try serve(directory)
        var port = try await first.port()
        var ids: [String] = []
        for number in 0..<5 {
            ids.append(try await ask(port, "maintenance", "add", "web-\(number)", "--for", "2h", "--comment", "disks"))
        }
        let silence = try await ask(
            port, "silence", "add", "alertname=Hung", "domain=~web-.*", "--for", "1h", "--comment", "c", "--author",
            "ada")
        try await ask(port, "maintenance", "expire", ids[0])
        // Killed in the moment in which the last was answered.
        ids.append(try await ask(port, "maintenance", "add", "--all", "--for", "1h", "--comment", "x,\"y\u{1B}"))
        kill(first.pid, SIGKILL)
        _ = await first.end()
        let second = try serve(directory)
        port = try await second.port()
        let listed = try await ask(port, "maintenance", "list", "--output", "csv")
        for id in ids.dropFirst() { #expect(listed.contains(id)) }
        #expect(!listed.contains(ids[0]))
        #expect(listed.contains("(all),,\"x,\"\"y\u{1B}\""))
        let table = try await ask(port, "maintenance", "list", "--all")
        #expect(table.contains("\(ids[0])  expired"))
        #expect(table.contains("\\u{1b}") && !table.contains("\u{1B}"))
        #expect(try await ask(port, "silence", "list").contains("\(silence)  active"))
        let page = "http://127.0.0.1:\(port)/metrics"
        // `test`, the driver's one domain.
        try await waitUntil("it is counted") {
            try await get(page).text.contains("virtwarden_maintenance_domains 1\n")
        }
        let text = try await get(page).text
        #expect(text.contains("virtwarden_maintenances{state=\"active\"} 5\n"))
        #expect(text.contains("virtwarden_silences{state=\"active\"} 1\n"))
        #expect(await second.stop() == .exited(0))
        await directory.remove()
    }

    @Test func `amtool finds, makes, changes and ends silences`() async throws {
        let directory = try directory()
        let agent = try serve(directory)
        let port = try await agent.port()
        func amtool(_ arguments: String...) async throws -> String {
            try await run("/usr/bin/amtool", ["--alertmanager.url=http://127.0.0.1:\(port)"] + arguments)
                .trimmingNewline
        }
        let id = try await amtool(
            "silence", "add", "alertname=Hung", "domain=~\"web-.*\"", "--comment=disks", "--author=ada", "--duration=1h"
        )
        let other = try await amtool("silence", "add", "team!=a", "x=y", "--comment=other", "--author=bob")
        #expect(try await amtool("silence", "query", "-q").split(separator: "\n").count == 2)
        #expect(try await amtool("silence", "query", "-q", "alertname=Hung") == id)
        let shown = try await amtool("silence", "query", "--created-by=ada", "-o", "simple")
        for part in ["alertname=\"Hung\" domain=~\"web-.*\"", "ada", "disks"] { #expect(shown.contains(part)) }
        #expect(!shown.contains("bob"))
        _ = try await amtool("silence", "update", "--comment=longer", "--duration=3h", id)
        #expect(try await ask(port, "silence", "list").contains("longer"))
        _ = try await amtool("silence", "expire", id)
        #expect(try await amtool("silence", "query", "-q") == other)
        #expect(try await amtool("silence", "query", "-q", "--expired") == id)
        let twice = try await #require(throws: HostError.self) { _ = try await amtool("silence", "expire", id) }
        #expect("\(twice)".contains("is over"))
        let wrong = try await #require(throws: HostError.self) {
            _ = try await amtool("silence", "add", "a=~\".*\"", "--comment=c", "--author=ada")
        }
        #expect("\(wrong)".contains("every matcher passes an empty label"))
        #expect(await agent.stop() == .exited(0))
        await directory.remove()
    }

    @Test func `without a state directory it says that it forgets`() async throws {
        let directory = try directory(hasState: false)
        let agent = try serve(directory)
        let url = "http://127.0.0.1:\(try await agent.port())"
        let added = try await BuiltProgram.run([
            "maintenance", "add", "a", "--for", "1h", "--comment", "c", "--url", url,
        ])
        #expect(added.code == 0)
        #expect(added.errors.contains("state.directory is not set"))
        #expect(await agent.stop() == .exited(0))
        await directory.remove()
    }

    @Test func `an address that the network reaches changes nothing`() async throws {
        let directory = try directory("\"0.0.0.0:0\"")
        let agent = try serve(directory)
        let url = "http://127.0.0.1:\(try await agent.port())"
        for command in [
            ["maintenance", "add", "a", "--for", "1h", "--comment", "c"], ["maintenance", "expire", "x"],
            ["silence", "add", "a=b", "--for", "1h", "--comment", "c"], ["silence", "expire", "x"],
        ] {
            let refused = try await BuiltProgram.run(command + ["--url", url])
            #expect(refused.code == 1)
            #expect(refused.errors.contains("web.allow_changes"), "\(refused.errors)")
        }
        #expect(try await BuiltProgram.run(["silence", "list", "--url", url]).code == 0)
        #expect(await agent.stop() == .exited(0))
        await directory.remove()
    }

    @Test(arguments: [
        (["maintenance", "add", "--for", "1h", "--comment", "c"], "--all"),
        (["maintenance", "add", "a", "--all", "--for", "1h", "--comment", "c"], "not both"),
        (["maintenance", "add", "a", "--for", "soon", "--comment", "c"], "no duration"),
        (["maintenance", "add", "a", "--for", "2y", "--comment", "c"], "no duration"),
        (["silence", "add", "a=b", "--for", "1h", "--comment", ""], "say why"),
        (["silence", "add", "a", "--for", "1h", "--comment", "c"], "is no matcher"),
        (["silence", "expire"], "Missing"),
    ])
    func `wrong usage is 2`(_ arguments: [String], _ part: String) async throws {
        let result = try await BuiltProgram.run(arguments)
        #expect(result.code == 2)
        #expect(result.errors.contains(part), "\(result.errors)")
    }

    @Test func `without an agent it is 4`() async throws {
        let port = try freePort()
        for command in [["silence", "list"], ["maintenance", "list"], ["silence", "expire", "x"]] {
            #expect(try await BuiltProgram.run(command + ["--url", "http://127.0.0.1:\(port)"]).code == 4)
        }
    }
}

/// A real QEMU that crashes while its domain is under maintenance.
@Suite(.serialized, .timeLimit(.minutes(3))) struct MaintenanceTests {
    @Test func `a repair is held, audited, and done when the maintenance is over`() async throws {
        let scene = try await Scenario()
        for name in ["web-1", "web-2"] {
            try await scene.host.define(name)
            try await scene.host.start(name)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-2",state="running"} 1"#)
        let url = ["--url", "http://127.0.0.1:\(port)"]
        func add(_ pattern: String, _ length: String) async throws -> String {
            let added = try await BuiltProgram.run(
                ["maintenance", "add", pattern, "--for", length, "--comment", "new disks", "--author", "ada"] + url)
            #expect(added.code == 0, "\(added.errors)")
            return added.output.trimmingNewline
        }
        // One that runs out by itself, and one that is ended.
        let short = try await add("web-1", "8s")
        let long = try await add("/web-[2-9]/", "2h")
        for name in ["web-1", "web-2"] { try scene.host.kill(name) }
        try await waitUntil("both are refused") {
            agent.lines("decision", "outcome=refused", "maintenance \(short) by ada: new disks").count == 1
                && agent.lines("decision", "outcome=refused", "maintenance \(long) by ada: new disks").count == 1
        }
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        try await waitUntil("what ran out is repaired") {
            !agent.lines("decision", "outcome=succeeded", "domain=web-1").isEmpty
        }
        #expect(try await scene.host.state(of: "web-2") == "shut off")
        #expect(try await BuiltProgram.run(["maintenance", "expire", long] + url).code == 0)
        try await waitUntil("what was ended is repaired") {
            !agent.lines("decision", "outcome=succeeded", "domain=web-2").isEmpty
        }
        #expect(agent.lines("decision", "outcome=refused").count == 2)
        #expect(agent.lines("decision", "outcome=acted").count == 2)
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `an agent that is killed meanwhile holds it, and repairs it, as ever`() async throws {
        let scene = try await Scenario()
        try await scene.host.define("web-1")
        try await scene.host.start("web-1")
        let first = try scene.serve()
        let port = try await first.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        let added = try await BuiltProgram.run([
            "maintenance", "add", "--all", "--for", "2h", "--comment", "c", "--url", "http://127.0.0.1:\(port)",
        ])
        #expect(added.code == 0, "\(added.errors)")
        try scene.host.kill("web-1")
        try await waitUntil("it is refused") { !first.lines("decision", "outcome=refused").isEmpty }
        Glibc.kill(first.pid, SIGKILL)
        _ = await first.end()
        let second = try scene.serve()
        let url = ["--url", "http://127.0.0.1:\(try await second.port())"]
        try await waitUntil("it is refused again") { !second.lines("decision", "outcome=refused").isEmpty }
        let id = added.output.trimmingNewline
        #expect(try await BuiltProgram.run(["maintenance", "expire", id] + url).code == 0)
        try await waitUntil("it is repaired") { !second.lines("decision", "outcome=succeeded").isEmpty }
        #expect(await scene.stop(second) == .exited(0))
    }

    @Test func `a crash is told as an event, once, what repeats it as a count, and under maintenance not at all`()
        async throws
    {
        let scene = try await Scenario()
        try scene.configure(
            mode: "observe",
            more:
                "event_routes: [{match: ['event=\"lifecycle\"', 'detail=~\"stopped_.*\"'], to: ops, repeat_every: 20s}]"
        )
        for name in ["web-1", "web-2"] {
            try await scene.host.define(name)
            try await scene.host.start(name)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        // What is under maintenance is not told.
        let added = try await BuiltProgram.run([
            "maintenance", "add", "web-2", "--for", "1h", "--comment", "c", "--url", "http://127.0.0.1:\(port)",
        ])
        #expect(added.code == 0, "\(added.errors)")
        try scene.host.kill("web-2")
        try await waitUntil("it is heard") { !agent.lines("detail=stopped_failed", "domain=web-2").isEmpty }
        for _ in 0..<3 {
            try scene.host.kill("web-1")
            try await waitUntil("it is off") { try await scene.host.state(of: "web-1") == "shut off" }
            try await scene.host.start("web-1")
        }
        @Sendable func told(_ part: String) -> Int { scene.sink.requests.count { $0.text.contains(part) } }
        try await waitUntil("the first is told, and the others are counted", within: .seconds(60)) {
            told("web-1: lifecycle stopped_failed, 2 times since") >= 1
        }
        #expect(told("\"summary\":\"web-1: lifecycle stopped_failed\"") >= 1)
        #expect(told("web-2: lifecycle") == 0)
        #expect(await scene.stop(agent) == .exited(0))
    }
}

extension String {
    fileprivate var trimmingNewline: String {
        String(reversed().drop { $0 == "\n" }.reversed())
    }
}
