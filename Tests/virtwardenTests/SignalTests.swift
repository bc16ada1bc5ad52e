// SPDX-License-Identifier: Apache-2.0
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
