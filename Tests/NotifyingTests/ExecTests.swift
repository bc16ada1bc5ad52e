// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Notifying
import TestHosts
import Testing
import Vocabulary
import WebClient

/// Programs that are really run.
@Suite struct ExecTests {
    private let directory: OwnedDirectory

    init() throws {
        directory = try OwnedDirectory()
    }

    private func message(_ alerts: [Alert]) -> Message {
        Message(receiver: "ops", groupLabels: .none, routeKey: "{}", alerts: alerts, externalURL: "http://host:9177")
    }

    /// What became of a message to a shell script.
    private func run(
        _ script: String, arguments: [String] = [], timeout: Duration = .seconds(20), _ alerts: [Alert] = [.of("web-1")]
    ) async -> Verdict {
        await Carrier { _ in }.tell(
            message(alerts),
            by: Exec(program: "/bin/sh", arguments: ["-c", script, "sh"] + arguments, timeout: timeout)
        ).verdict
    }

    private func file(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: directory.path + "/" + name), encoding: .utf8)
    }

    @Test func `a program gets the webhook's body, its arguments and nothing else`() async throws {
        let path = directory.path
        let verdict = await run(
            """
            cat > "$1/input"; /usr/bin/env > "$1/env"; echo "$2" > "$1/argument"; ls /proc/self/fd > "$1/fds"
            pwd > "$1/where"
            """, arguments: [path, "a b; c"])
        #expect(verdict == .told)
        let webhook = try #require(try Webhook(address: .url("http://127.0.0.1/")).request(of: message([.of("web-1")])))
        #expect(try file("input") == String(decoding: webhook.body, as: UTF8.self))
        let names = try file("env").split(separator: "\n").compactMap {
            $0.split(separator: "=").first.map(String.init)
        }
        // The shell sets some itself.
        #expect(names.contains("PATH") && Set(names).isSubset(of: ["PATH", "PWD", "OLDPWD", "SHLVL", "_"]))
        #expect(try file("argument") == "a b; c\n")
        #expect(try file("where") == "/\n")
        // 0 to 2, and the folder that ls reads.
        #expect(try file("fds").split(separator: "\n").count == 4)
        await directory.remove()
    }

    @Test(arguments: [
        ("exit 0", Verdict.told),
        ("echo no such team; exit 65", .refused(reason: "/bin/sh ended with 65: no such team")),
        ("echo busy >&2; exit 3", .again(reason: "/bin/sh ended with 3: busy", retryAfter: nil)),
        ("kill -9 $$", .again(reason: "/bin/sh was ended by signal 9", retryAfter: nil)),
        ("exec >&- 2>&-; exit 4", .again(reason: "/bin/sh ended with 4", retryAfter: nil)),
    ])
    func `its end says what became of the message`(script: String, verdict: Verdict) async {
        #expect(await run(script) == verdict)
        await directory.remove()
    }

    @Test func `one that takes too long is killed with all that it started`() async throws {
        let path = directory.path
        let verdict = await run(
            "sleep 1000 & echo $! > \"$1/pid\"; sleep 1000", arguments: [path], timeout: .milliseconds(500))
        #expect(verdict == .again(reason: "/bin/sh ran longer than 500ms and was killed", retryAfter: nil))
        let pid = try #require(Int32(try file("pid").prefix { $0.isNumber }))
        try await waitUntil("its child is gone") {
            let status = (try? String(contentsOf: URL(filePath: "/proc/\(pid)/status"), encoding: .utf8)) ?? ""
            return status.isEmpty || status.contains("State:\tZ")
        }
        await directory.remove()
    }

    @Test func `one that leaves a child with its output open is not waited for`() async throws {
        let path = directory.path
        let start = ContinuousClock.now
        #expect(await run("sleep 600 & echo $! > \"$1/pid\"", arguments: [path]) == .told)
        #expect(ContinuousClock.now - start < .seconds(120))
        await directory.remove()
    }

    @Test func `endless output is cut, and a body larger than any pipe arrives`() async throws {
        let verdict = await run("yes; true", timeout: .seconds(1))
        #expect(verdict == .again(reason: "/bin/sh ran longer than 1s and was killed", retryAfter: nil))
        guard case .again(let reason, _) = await run("head -c 1000000 /dev/zero | tr '\\0' x; exit 1") else {
            throw HostError("it was told")
        }
        #expect(reason.utf8.count < 300)
        let many = (0..<5000).map { Alert.of("web-\($0)") }
        #expect(await run("wc -c > \"$1/count\"", arguments: [directory.path], many) == .told)
        #expect(try Int(file("count").filter(\.isNumber)) ?? 0 > 1_000_000)
        // One that reads nothing blocks nobody.
        #expect(await run("exit 0", many) == .told)
        await directory.remove()
    }

    @Test func `a program that is missing is said`() async throws {
        let verdict = await Carrier { _ in }.tell(message([.of("a")]), by: Exec(program: "/nowhere/tell")).verdict
        #expect(verdict == .again(reason: "cannot run /nowhere/tell: No such file or directory", retryAfter: nil))
        await directory.remove()
    }

    @Test func `a cancelled run is ended`() async throws {
        let task = Task { await self.run("sleep 1000", timeout: .seconds(600)) }
        task.cancel()
        #expect(await task.value == .again(reason: "/bin/sh was killed, as it was called off", retryAfter: nil))
        await directory.remove()
    }
}
