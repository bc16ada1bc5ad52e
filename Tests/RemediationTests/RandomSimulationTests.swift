// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Remediation
import Testing
import Vocabulary

/// Days of random life, a few thousand times: what must never happen does not.
@Suite struct RandomSimulationTests {
    /// `VIRTWARDEN_SIMULATIONS` asks for more runs.
    static let runs = ProcessInfo.processInfo.environment["VIRTWARDEN_SIMULATIONS"].flatMap { Int($0) } ?? 300

    /// What is wrong in a run, a sentence each.
    static func wrongs(_ simulation: Simulation) -> [String] {
        var wrongs = simulation.book.wrongs
        let limits = simulation.settings.limits
        let calls = simulation.book.calls
        if excess(calls.map(\.time), limits.stepsPerMinute, .seconds(60)) { wrongs.append("too many steps a minute") }
        if simulation.book.mostUnderWay > limits.concurrent { wrongs.append("too many steps at a time") }
        let budget = simulation.settings.policies[0].budget
        let cooldown = simulation.settings.policies[0].cooldown
        // One attempt each cooldown asks no budget.
        let most = budget.attempts + (cooldown > .zero ? Int(budget.window / cooldown) + 1 : 0)
        for (uuid, domain) in simulation.domains {
            let own = calls.filter { $0.attempt.domain.uuid == uuid }
            var seen: Set<String> = []
            let firsts = own.filter { seen.insert("\($0.attempt.incident) \($0.attempt.number)").inserted }
            if excess(firsts.map(\.time), most, budget.window) {
                wrongs.append("\(domain.facts.identity.name): more repairs than its budget")
            }
            guard !domain.isRunning, !domain.isStoppedByOwner else { continue }
            let isQuarantined = simulation.machine.quarantined.contains { $0.uuid == uuid }
            if !isQuarantined {
                let last = simulation.book.last[uuid]
                wrongs.append("\(domain.facts.identity.name) is \(domain.status), and the last decision \(last as Any)")
            }
        }
        return wrongs
    }

    /// Whether more than `limit` of `times` are within one window.
    static func excess(_ times: [Duration], _ limit: Int, _ window: Duration) -> Bool {
        guard times.count > limit else { return false }
        return zip(times, times.dropFirst(limit)).contains { $1 - $0 < window }
    }

    @Test(.timeLimit(.minutes(5))) func `whatever happens, owners are obeyed and the rest is repaired`() {
        let all = Self.live(RandomLife(), runs: Self.runs)
        // A life in which nothing happens proves nothing.
        #expect(all.calls > Self.runs * 5)
        #expect(all.quarantined > Self.runs / 10)
        #expect(all.storms > Self.runs / 10)
    }

    @Test(.timeLimit(.minutes(5))) func `so it is when something happens every few minutes`() {
        var life = RandomLife()
        life.days = 1
        life.domains = 8
        life.interval = .seconds(600)
        let all = Self.live(life, runs: max(1, Self.runs / 10))
        #expect(all.calls > Self.runs)
    }

    @Test(.timeLimit(.minutes(5))) func `so it is with operators who pause, and quarantines that cool down`() {
        var life = RandomLife()
        life.days = 1
        life.interval = .seconds(1800)
        life.cooldown = .seconds(1200)
        life.pauses = .seconds(3600)
        let all = Self.live(life, runs: max(1, Self.runs / 5))
        #expect(all.calls > Self.runs)
    }

    /// Plays lives until something is wrong in one.
    private static func live(_ life: RandomLife, runs: Int) -> (calls: Int, quarantined: Int, storms: Int) {
        var sum = (calls: 0, quarantined: 0, storms: 0)
        for seed in 0..<UInt64(runs) {
            let simulation = life.run(seed: seed)
            sum.calls += simulation.book.calls.count
            sum.quarantined += simulation.machine.quarantined.count
            sum.storms += simulation.book.storms
            let wrongs = Self.wrongs(simulation)
            guard wrongs.isEmpty else {
                let lines = life.run(seed: seed, keepsLog: true).log.lines.joined(separator: "\n")
                Issue.record("seed \(seed): \(wrongs.prefix(3).joined(separator: "; "))\n\(lines)")
                break
            }
        }
        return sum
    }

    @Test func `who observes never calls`() {
        var life = RandomLife()
        life.mode = .observe
        for seed in 0..<UInt64(max(1, Self.runs / 20)) {
            let simulation = life.run(seed: seed)
            #expect(simulation.book.calls.isEmpty)
            #expect(simulation.book.decisions[.wouldAct, default: 0] > 0)
        }
    }
}
