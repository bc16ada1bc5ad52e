// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Signals that come at any moment of the program's life.
@Suite(.timeLimit(.minutes(5))) struct SignalTests {
    @Test func `SIGTERM ends an agent whenever it comes, and whatever comes after it`() async throws {
        let directory = try OwnedDirectory()
        let file = try directory.write(
            "config.yml", "connections: [{name: t, uri: \"test:///default\"}]\nweb: {listen: [\"127.0.0.1:0\"]}\n".utf8)
        // Some hundred moments, a few agents at once.
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<3 {
                group.addTask {
                    for number in 0..<33 {
                        let moment = Duration.milliseconds(number * 9 + lane * 3)
                        await Self.endsAgent(file, after: moment)
                    }
                }
            }
        }
        await directory.remove()
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0))
    func `SIGTERM ends an agent within five seconds, though it reads a file again that hangs`() async throws {
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        try directory.write("rules.yml", "groups: []\n".utf8)
        let file = try directory.write("config.yml", Self.configuration(of: directory, rules: "rules.yml").utf8)
        let agent = try BuiltProgram.start(["serve", "--config", file])
        let port = try await agent.port()
        try directory.write("config.yml", Self.configuration(of: directory, rules: "\(disk.path)/rules.yml").utf8)
        agent.signal(SIGHUP)
        try await waitUntil("it waits for the disk") { Self.isStuck(agent.pid) }
        for _ in 0..<8 { agent.signal(SIGHUP) }
        #expect(try await get("http://127.0.0.1:\(port)/-/healthy").status == 200)
        let began = ContinuousClock.now
        agent.signal(SIGTERM)
        let ending = await Self.end(of: agent)
        #expect(ending == .exited(0))
        #expect(began.duration(to: .now) < .seconds(5))
        // It ended in good order, and was not cut.
        #expect(agent.lines(" ending").count == 1)
        await disk.end()
        await directory.remove()
    }

    @Test(
        .enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0),
        arguments: ["rule_files: [\"HUNG/rules.yml\"]", "state: {directory: \"HUNG/state\"}"], [SIGTERM, SIGINT])
    func `a signal ends an agent at once that starts with files that hang`(key: String, signal: Int32) async throws {
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        let text = "web: {listen: [\"127.0.0.1:0\"]}\n" + key.replacing("HUNG", with: disk.path) + "\n"
        let agent = try BuiltProgram.start(["serve", "--config", directory.write("config.yml", text.utf8)])
        try await waitUntil("it waits for the disk") { Self.isStuck(agent.pid) }
        agent.signal(SIGHUP)
        let began = ContinuousClock.now
        agent.signal(signal)
        let ending = await Self.end(of: agent)
        #expect(ending == .exited(0))
        #expect(began.duration(to: .now) < .seconds(5))
        await disk.end()
        await directory.remove()
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/fuse", R_OK | W_OK) == 0))
    func `a configuration that hangs is taken once the disk is back, and SIGHUPs meanwhile count once`() async throws {
        let directory = try OwnedDirectory()
        let disk = try await HungDisk(in: directory)
        try directory.write("rules.yml", "groups: []\n".utf8)
        let file = try directory.write("config.yml", Self.configuration(of: directory, rules: "rules.yml").utf8)
        let agent = try BuiltProgram.start(["serve", "--config", file])
        _ = try await agent.port()
        try directory.write("config.yml", Self.configuration(of: directory, rules: "\(disk.path)/rules.yml").utf8)
        agent.signal(SIGHUP)
        try await waitUntil("it waits for the disk") { Self.isStuck(agent.pid) }
        try directory.write("config.yml", Self.configuration(of: directory, rules: "rules.yml").utf8)
        for _ in 0..<8 { agent.signal(SIGHUP) }
        await disk.end()
        try await waitUntil("the last one is read") { agent.lines("has been read again").count == 1 }
        #expect(agent.lines("the one before stays in force").count == 1)
        #expect(await agent.stop() == .exited(0))
        #expect(agent.lines("has been read again").count == 1)
        await directory.remove()
    }

    private static func configuration(of directory: OwnedDirectory, rules: String) -> String {
        let path = rules.hasPrefix("/") ? rules : "\(directory.path)/\(rules)"
        return """
            connections: [{name: t, uri: "test:///default"}]
            web: {listen: ["127.0.0.1:0"]}
            rule_files: ["\(path)"]

            """
    }

    /// Whether one of its threads waits for the file system of `HungDisk`.
    private static func isStuck(_ pid: pid_t) -> Bool {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.contains { task in
            // Silence is right: a thread that has just ended waits for nothing.
            let text = try? String(contentsOf: URL(filePath: "/proc/\(pid)/task/\(task)/wchan"), encoding: .utf8)
            return text?.contains("fuse") == true || text == "request_wait_answer"
        }
    }

    /// How it ends, which is by SIGKILL when it does not by itself.
    private static func end(of child: ChildProcess) async -> ChildProcess.Ending {
        let killer = Task {
            try await Task.sleep(for: .seconds(20))
            child.signal(SIGKILL)
        }
        defer { killer.cancel() }
        return await child.end()
    }

    /// Before its handlers stand a signal itself ends it (of several that wait, the lowest comes first); after that it ends
    /// by itself, with 0.
    private static func endsAgent(_ file: String, after moment: Duration) async {
        do {
            let child = try BuiltProgram.start(["serve", "--config", file])
            // The moment is what is tried here; nothing waits for what happens within it.
            try await Task.sleep(for: moment)
            child.signal(SIGTERM)
            for _ in 0..<8 {
                child.signal(SIGHUP)
                await Task.yield()
            }
            let killer = Task {
                try await Task.sleep(for: .seconds(60))
                child.signal(SIGKILL)
            }
            let ending = await child.end()
            killer.cancel()
            #expect(
                [.exited(0), .killed(signal: SIGTERM), .killed(signal: SIGHUP)].contains(ending),
                "after \(moment): \(ending): \(child.standardError)")
        } catch {
            Issue.record(error)
        }
    }
}
