// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import TestHosts
import Testing
import Vocabulary

@testable import Remediation

/// What steps tell others: programs, which are really run, and webhooks.
@Suite(.timeLimit(.minutes(1))) struct HookTests {
    private func order(
        _ action: String, name: String = "web", within limit: Duration = .seconds(20),
        means: ActionMeans = ActionMeans()
    ) -> StepOrder {
        let attempt = Attempt(
            domain: DomainIdentity(connection: "local", uuid: DomainUUID(high: 1, low: 2), name: name),
            incident: "i-1", number: 3, policy: "p", action: action, cause: .panic)
        return StepOrder(attempt, timeout: limit, means: means)
    }

    /// What became of a step that runs a shell script.
    private func run(
        _ script: String, _ more: String..., name: String = "web", within limit: Duration = .seconds(20)
    ) async throws -> VirError? {
        var means = ActionMeans()
        means.command = ["/bin/sh", "-c", script, "hook"] + more
        let connection = try await Connection.open("test:///default", access: .readWrite)
        let order = order("exec", name: name, within: limit, means: means)
        do throws(VirError) {
            try await ExecHook().perform(order, connection: connection)
        } catch {
            await connection.close()
            return error
        }
        await connection.close()
        return nil
    }

    @Test func `a step's program says by its end what became of it`() async throws {
        #expect(try await run("exit 0") == nil)
        let failed = try await run("echo no such switch >&2; exit 7")
        #expect(failed?.message == "/bin/sh ended with 7: no such switch" && failed?.code == .operationFailed)
        let late = try await run("sleep 600; true", within: .milliseconds(300))
        #expect(late?.message == "/bin/sh ran longer than 300ms and was killed" && late?.code == .operationTimeout)
    }

    @Test func `it is told the step`() async throws {
        let directory = try OwnedDirectory()
        let problem = try await run(
            "cat > \"$1/seen\"", directory.path, name: "we\"b\n" + String(repeating: "x", count: 9_000))
        #expect(problem == nil)
        let text = try String(contentsOf: URL(filePath: directory.path + "/seen"), encoding: .utf8)
        #expect(text.contains(#""cause":"panic""#) && text.contains(#""attempt":3"#) && text.contains(#"we\"b\n"#))
        await directory.remove()
    }

    @Test func `what it is told is short, whatever a domain is called`() {
        // One character, as Swift counts them.
        let name = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(HookMessage(order("exec", name: name)).json.count < 8_192)
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
