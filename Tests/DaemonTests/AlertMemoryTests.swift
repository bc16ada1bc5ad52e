// SPDX-License-Identifier: Apache-2.0
import Alerting
import Daemon
import Database
import Glibc
import SeriesStore
import Synchronization
import TestHosts
import Testing
import Vocabulary

@Suite struct AlertMemoryTests {
    /// Keeps the changes that a runner delivers.
    private final class Changes: Sendable {
        private let kept = Mutex<[AlertChange]>([])
        var words: [String] {
            kept.withLock {
                $0.map { "\($0.alert.name) \($0.before?.rawValue ?? "-")>\($0.alert.state.rawValue)" }
            }
        }
        func take(_ changes: [AlertChange]) { kept.withLock { $0 += changes } }
    }

    private let lines = Lines()
    private let down = Labels(name: "down", [("domain", "web-1")])
    private static let rules = """
        {alert: Down, expr: down == 1, annotations: {v: "{{ $value }}"}}, {alert: Soon, expr: down == 1, for: 1h}
        """

    private func groups(_ rules: String = rules) throws -> [RuleGroup] {
        try RuleFile.parse("groups: [{name: g, rules: [\(rules)]}]", path: "r.yml").get()
    }

    /// One life of an agent over the state in `path`: `value` of `down` at its start, then `body`.
    private func live(
        _ path: String, value: Double?, rules: String = rules, every interval: Duration = .seconds(3600),
        _ body: (RuleRunner, Changes, Store) async throws -> Void
    ) async throws {
        let store = Store()
        let changes = Changes()
        let runner = RuleRunner(store: store, memory: AlertMemory(path: path, log: lines.logger()), log: lines.logger())
        {
            changes.take($0)
        }
        await runner.load(try groups(rules), every: interval, externalURL: "")
        if let value { store.append([(down, value)], at: .now) }
        try await body(runner, changes, store)
        await runner.stop()
    }

    private func inDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try OwnedDirectory()
        do {
            try await body(directory.path + "/alerts.db")
        } catch {
            await directory.remove()
            throw error
        }
        await directory.remove()
    }

    @Test func `an alert that fired before a restart comes back, and is not news`() async throws {
        try await inDirectory { path in
            var first: [Alert] = []
            try await live(path, value: 1) { runner, changes, _ in
                await runner.wake([down], at: .now)
                #expect(changes.words == ["Down ->firing", "Soon ->pending"])
                first = await runner.alerts
            }
            try await live(path, value: 1) { runner, changes, store in
                // At once, before any evaluation, with its series.
                let restored = await runner.alerts
                #expect(restored.map(\.name).sorted() == ["Down", "Soon"])
                let fired = try #require(restored.first { $0.name == "Down" })
                let before = try #require(first.first { $0.name == "Down" })
                #expect(fired == before)
                let series = store.newestPoints(
                    of: SeriesSelection(metric: "ALERTS") { _ in true }, after: Timestamp(milliseconds: 0),
                    through: .now)
                #expect(series.count == 2)
                #expect(changes.words == [])
                await runner.wake([down], at: .now)
                #expect(changes.words == ["Down firing>firing"])
                await runner.wake([down], at: .now)
                #expect(changes.words == ["Down firing>firing"])
            }
        }
    }

    @Test func `what recovered while the agent was down is resolved once samples can tell`() async throws {
        try await inDirectory { path in
            try await live(path, value: 1) { runner, _, _ in await runner.wake([down], at: .now) }
            try await live(path, value: 0, every: .milliseconds(50)) { runner, changes, _ in
                try await waitUntil("it is resolved") { changes.words == ["Down firing>resolved"] }
            }
            // Resolved ones are no news either.
            try await live(path, value: 0, every: .milliseconds(20)) { runner, changes, _ in
                try await waitUntil("it has settled") { await runner.counts.evaluations > 5 }
                #expect(changes.words == [])
            }
        }
    }

    @Test func `a store that is empty yet resolves nothing`() async throws {
        try await inDirectory { path in
            try await live(path, value: 1) { runner, _, _ in await runner.wake([down], at: .now) }
            try await live(path, value: nil) { runner, changes, store in
                await runner.wake([down], at: .now)
                #expect(changes.words == [])
                #expect(await runner.alerts.count == 2)
                store.append([(down, 1)], at: .now)
                await runner.wake([down], at: .now)
                try await waitUntil("it is found again") { changes.words == ["Down firing>firing"] }
            }
        }
    }

    @Test func `an alert whose rule is gone is resolved and forgotten`() async throws {
        try await inDirectory { path in
            try await live(path, value: 1) { runner, _, _ in await runner.wake([down], at: .now) }
            try await live(path, value: 1, rules: "{alert: Other, expr: down == 2}") { _, changes, _ in
                #expect(changes.words == ["Down firing>resolved"])
            }
            try await live(path, value: 1) { runner, changes, _ in
                #expect(await runner.alerts.isEmpty)
                await runner.wake([down], at: .now)
                #expect(changes.words == ["Down ->firing", "Soon ->pending"])
            }
        }
    }

    @Test func `time that the agent was down does not count toward for`() async throws {
        try await inDirectory { path in
            try await live(path, value: 1) { runner, _, _ in await runner.wake([down], at: .now) }
            let outage: Int64 = 40 * 60_000
            let database = try DatabaseHandle(path: path)
            try database.execute("UPDATE life SET alive = alive - ?", [.integer(outage)])
            var active = Timestamp(milliseconds: 0)
            let since = Timestamp.now
            try await live(path, value: 1) { runner, _, _ in
                active = try #require(await runner.alerts.first { $0.name == "Soon" }).activeAt
            }
            #expect(active >= since + .milliseconds(outage) - .seconds(30))
            // Longer ago than an hour, it begins anew.
            try database.execute("UPDATE life SET alive = alive - ?", [.integer(outage * 2)])
            try await live(path, value: 1) { runner, _, _ in #expect(await runner.alerts.map(\.name) == ["Down"]) }
        }
    }

    @Test(arguments: ["garbage", "directory", "newer"])
    func `a file that cannot be used stops no rule, and is said once`(kind: String) async throws {
        try await inDirectory { path in
            switch kind {
            case "garbage":
                let file = try #require(fopen(path, "w"))
                fputs(String(repeating: "no database ", count: 1000), file)
                fclose(file)
            case "directory": mkdir(path, 0o700)
            default: try DatabaseHandle(path: path).execute("PRAGMA user_version = 99")
            }
            try await live(path, value: 1) { runner, changes, store in
                await runner.wake([down], at: .now)
                #expect(changes.words == ["Down ->firing", "Soon ->pending"])
                store.append([(down, 0)], at: .now)
                await runner.wake([down], at: .now)
                try await waitUntil("it is resolved") { changes.words.last == "Down firing>resolved" }
            }
            #expect(lines.all.count { $0.contains("cannot keep alerts over a restart") } == 1)
        }
    }

    @Test func `rows that make no sense are passed over`() async throws {
        try await inDirectory { path in
            try await live(path, value: 1) { runner, _, _ in await runner.wake([down], at: .now) }
            let database = try DatabaseHandle(path: path)
            try database.execute(
                "INSERT INTO alerts VALUES ('{}', '{}', '{}'), ('x', '', x'00'), ('[]', 'a', '{\"a\":1}')")
            try await live(path, value: 1) { runner, _, _ in #expect(await runner.alerts.count == 2) }
        }
    }
}
