// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Libvirt
import TestHosts
import Testing
import Vocabulary

@testable import Remediation

/// Programs that are run as a step: real ones.
@Suite(.timeLimit(.minutes(1))) struct HookProcessTests {
    private func shell(_ script: String, _ more: String..., within limit: Duration = .seconds(20)) async
        -> HookProcess.Ending
    {
        await HookProcess.run(["/bin/sh", "-c", script, "hook"] + more, input: Array("{}\n".utf8), within: limit)
    }

    @Test func `its end is told as it was`() async {
        #expect(await shell("exit 0") == .exited(0))
        #expect(await shell("exit 7") == .exited(7))
        #expect(await shell("kill -TERM $$") == .killed(signal: SIGTERM))
        let missing = await HookProcess.run(["/nowhere/at/all"], input: [], within: .seconds(5))
        #expect(missing == .notStarted("No such file or directory"))
        let relative = await HookProcess.run(["sh"], input: [], within: .seconds(5))
        #expect(relative == .notStarted("its path is not absolute"))
    }

    @Test func `it is told the step, and knows nothing else of us`() async throws {
        let directory = try OwnedDirectory()
        let file = directory.path + "/seen"
        let attempt = Attempt(
            domain: DomainIdentity(
                connection: "local", uuid: DomainUUID(high: 1, low: 2),
                name: "we\"b\n" + String(repeating: "x", count: 9_000)),
            incident: "i-1", number: 3, policy: "p", action: "exec", cause: .panic)
        let input = HookMessage(StepOrder(attempt, timeout: .seconds(5))).json
        #expect(input.count < 8_192)
        let ending = await HookProcess.run(
            ["/bin/sh", "-c", #"{ cat; env; ls /proc/self/fd; } >"$1""#, "hook", file], input: input,
            within: .seconds(20))
        #expect(ending == .exited(0))
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        #expect(text.contains(#""cause":"panic""#) && text.contains(#""attempt":3"#) && text.contains(#"we\"b\n"#))
        #expect(text.contains("LC_ALL=C\n") && !text.contains("HOME="))
        // Input, output, errors, and the one that ls reads.
        #expect(text.hasSuffix("\n0\n1\n2\n3\n"))
        await directory.remove()
    }

    @Test func `one that hangs is ended with all that it started`() async throws {
        let directory = try OwnedDirectory()
        let file = directory.path + "/pid"
        let began = ContinuousClock.now
        let ending = await shell("sleep 600 & echo $! >\"$1\"; wait", file, within: .seconds(1))
        #expect(ending == .timedOut)
        #expect(began.duration(to: .now) < .seconds(10))
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let pid = try #require(pid_t(text.filter(\.isNumber)))
        // Who reaps an orphan may be slow: a zombie counts as ended.
        try await waitUntil("its child has ended") {
            let status = (try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)) ?? ") Z"
            return status.contains(") Z") || status.contains(") X")
        }
        await directory.remove()
    }

    @Test func `what it leaves behind is ended, too`() async throws {
        let directory = try OwnedDirectory()
        let file = directory.path + "/pid"
        #expect(await shell("sleep 600 & echo $! >\"$1\"", file) == .exited(0))
        let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        let pid = try #require(pid_t(text.filter(\.isNumber)))
        try await waitUntil("its child has ended") {
            let status = (try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8)) ?? ") Z"
            return status.contains(") Z") || status.contains(") X")
        }
        await directory.remove()
    }

    @Test func `a cancelled step ends it at once`() async {
        let task = Task { await HookProcess.run(["/bin/sleep", "600"], input: [], within: .seconds(600)) }
        task.cancel()
        #expect(await task.value == .timedOut)
    }

    @Test(arguments: [(WebSink.Behaviour.answer(200), true), (.answer(500), false), (.hang, false)])
    func `a webhook is told the step, and must say that it took it`(
        behaviour: WebSink.Behaviour, isDone: Bool
    ) async throws {
        let sink = try WebSink()
        sink.behave(behaviour)
        var means = ActionMeans()
        means.webhook = sink.url
        let attempt = Attempt(
            domain: Scene.domain, incident: "i-1", number: 1, policy: "p", action: "webhook", cause: .panic)
        let connection = try await Connection.open("test:///default", access: .readWrite)
        let outcome = await WebhookCall().carryOut(
            StepOrder(attempt, timeout: .seconds(2), means: means),
            links: StepLinks {
                connection
            } close: { _ in
            })
        #expect((outcome.problem == nil) == isDone, "\(outcome)")
        #expect(sink.requests.first?.text.contains(#""incident":"i-1""#) == true)
        await connection.close()
        sink.stop()
    }
}
