// SPDX-License-Identifier: Apache-2.0
import Alerting
import Daemon
import SeriesStore
import Synchronization
import TestHosts
import Testing
import Vocabulary

@Suite struct RuleRunnerTests {
    /// Keeps the changes that a runner delivers.
    private final class Changes: Sendable {
        private let kept = Mutex<[AlertChange]>([])
        var words: [String] { kept.withLock { $0.map { "\($0.alert.name) \($0.alert.state.rawValue)" } } }
        var times: [Timestamp] { kept.withLock { $0.compactMap(\.alert.firedAt) } }
        func take(_ changes: [AlertChange]) { kept.withLock { $0 += changes } }
    }

    private let store = Store()
    private let changes = Changes()
    private let lines = Lines()
    private let down = Labels(name: "down", [("domain", "web-1")])

    private func runner() -> RuleRunner {
        let changes = changes
        return RuleRunner(store: store, log: lines.logger()) { changes.take($0) }
    }

    private func groups(_ rules: String) throws -> [RuleGroup] {
        try RuleFile.parse("groups: [{name: g, rules: [\(rules)]}]", path: "r.yml").get()
    }

    private func put(_ value: Double, at time: Timestamp) {
        store.append([(down, value)], at: time)
    }

    @Test func `an event wakes the groups that read what changed, at its own time`() async throws {
        let runner = runner()
        await runner.load(
            try groups("{alert: Down, expr: 'down{domain=~\"web-.*\"} == 1'}"), every: .seconds(3600), externalURL: "")
        let time = Timestamp.now
        put(1, at: time)
        await runner.wake([Labels(name: "up"), Labels(name: "down", [("domain", "db-1")])], at: time)
        #expect(changes.words.isEmpty)
        await runner.wake([down], at: time)
        #expect(changes.words == ["Down firing"])
        #expect(changes.times == [time])
        await runner.stop()
    }

    @Test func `many events are one early evaluation a second, and the last is not lost`() async throws {
        let runner = runner()
        await runner.load(
            try groups("{alert: Down, expr: down == 1}"), every: .seconds(3600), externalURL: "")
        let start = Duration.monotonic
        for number in 0..<200 {
            put(number == 199 ? 1 : 0, at: .now)
            await runner.wake([down], at: .now)
        }
        let evaluations = await runner.counts.earlyEvaluations
        let seconds = Int((Duration.monotonic - start).inSeconds)
        #expect(evaluations <= 2 + seconds)
        try await waitUntil("the last value is seen") { changes.words == ["Down firing"] }
        await runner.stop()
    }

    @Test func `a reload carries alerts over, and resolves those whose rule is gone`() async throws {
        let runner = runner()
        let both = try groups("{alert: Down, expr: down == 1}, {alert: Other, expr: down == 1}")
        await runner.load(both, every: .seconds(3600), externalURL: "")
        put(1, at: .now)
        await runner.wake([down], at: .now)
        #expect(changes.words.sorted() == ["Down firing", "Other firing"])
        await runner.load(
            try groups("{alert: Down, expr: down == 1}"), every: .seconds(3600), externalURL: "")
        #expect(changes.words.last == "Other resolved")
        #expect(await runner.alerts.map(\.name) == ["Down"])
        await runner.load([], every: .seconds(3600), externalURL: "")
        #expect(changes.words.last == "Down resolved")
        await runner.stop()
    }

    @Test func `a group is evaluated at its interval`() async throws {
        let runner = runner()
        await runner.load(
            try groups("{alert: Always, expr: vector(1)}"), every: .milliseconds(20), externalURL: "")
        try await waitUntil("it fires") { changes.words == ["Always firing"] }
        await runner.stop()
    }

    @Test func `a rule that fails is said once, and the others go on`() async throws {
        let runner = runner()
        let rules =
            "{alert: Broken, expr: sum by (domain) (down) * on () group_left down}, {alert: Down, expr: down == 1}"
        await runner.load(try groups(rules), every: .milliseconds(20), externalURL: "")
        put(1, at: .now)
        store.append([(Labels(name: "down", [("domain", "web-2")]), 1)], at: .now)
        try await waitUntil("it has been evaluated often") { await runner.counts.failures > 3 }
        #expect(lines.all.count { $0.contains("rule group g: rule Broken") } == 1)
        #expect(changes.words.contains("Down firing"))
        await runner.stop()
    }
}
