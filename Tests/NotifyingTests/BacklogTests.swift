// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Notifying

@Suite struct BacklogTests {
    private static let group = Backlog.Group(labels: Labels([Label("alertname", "DomainCrashed")]), routeKey: "{}")
    private let group = Self.group
    private let atOnce = Grouping(interval: .zero)

    /// Alertmanager's own settings.
    private let patient = Grouping(wait: .seconds(30), interval: .seconds(300), repeats: .seconds(4 * 3600))

    private func told(_ step: Backlog.Step) -> [String] {
        guard case .send(let batch) = step else { return ["\(step)"] }
        return batch.alerts.map { "\($0.labels["domain"] ?? "") \($0.state.rawValue)" }
    }

    /// Sends what is due and has it taken.
    private func tell(_ backlog: inout Backlog, at second: Int, isMuted: (Labels) -> Bool = { _ in false }) -> [String]
    {
        let step = backlog.next(now: .seconds(second), isMuted: isMuted)
        guard case .send(let batch) = step else { return [] }
        backlog.settled(batch, now: .seconds(second))
        return told(step)
    }

    private func wait(_ backlog: inout Backlog, at second: Int) -> Duration? {
        guard case .wait(let time) = backlog.next(now: .seconds(second)) else { return nil }
        return time
    }

    @Test func `what was told is not told again, and what fires stays in the group`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 firing"])
        #expect(backlog.depth == 0)
        backlog.take(.of("web-2"), in: group, atOnce, now: .seconds(2))
        #expect(tell(&backlog, at: 2) == ["web-1 firing", "web-2 firing"])
    }

    @Test func `an alert that comes again as it was told is not told again`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 firing"])
        backlog.take(.of("web-1"), in: group, atOnce, now: .seconds(1))
        #expect(tell(&backlog, at: 1) == [])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .seconds(2))
        #expect(tell(&backlog, at: 2) == ["web-1 resolved"])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .seconds(3))
        #expect(tell(&backlog, at: 3) == [])
        var anew = Alert.of("web-1")
        anew.firedAt = Timestamp(milliseconds: 90_000)
        backlog.take(anew, in: group, atOnce, now: .seconds(4))
        #expect(tell(&backlog, at: 4) == ["web-1 firing"])
        anew.firedAt = Timestamp(milliseconds: 95_000)
        backlog.take(anew, in: group, atOnce, now: .seconds(5))
        #expect(tell(&backlog, at: 5) == ["web-1 firing"], "it ended and fired anew between two takes")
    }

    @Test func `a resolved alert is told once and then forgotten`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 firing"])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 resolved"])
        backlog.take(.of("web-2"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-2 firing"])
        #expect(backlog.entries.count == 1)
        #expect(backlog.past.count == 1)
        backlog.sweep(now: Backlog.memory + .seconds(61))
        #expect(backlog.past.isEmpty)
    }

    @Test func `what changes while a message is under way is told next`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        guard case .send(let batch) = backlog.next(now: .zero) else { return #expect(Bool(false)) }
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .zero)
        backlog.settled(batch, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 resolved"])
    }

    @Test func `an alert that came and went while the receiver was away is told as resolved`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        guard case .send(let batch) = backlog.next(now: .zero) else { return #expect(Bool(false)) }
        let wait = backlog.failed(batch, now: .zero, retryAfter: nil, random: 0.5)
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .milliseconds(100))
        #expect(backlog.next(now: .milliseconds(100)) == .wait(until: wait))
        #expect(backlog.oldest == .zero)
        #expect(told(backlog.next(now: wait)) == ["web-1 resolved"])
    }

    @Test func `a receiver that wants no ends is told that it fired, and of no end`() {
        var backlog = Backlog(sendsResolved: false)
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 firing"])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .seconds(1))
        #expect(tell(&backlog, at: 1) == [])
        #expect(backlog.entries.isEmpty)
        backlog.take(.of("web-2"), in: group, atOnce, now: .seconds(2))
        backlog.take(.of("web-2", .resolved), in: group, atOnce, now: .seconds(2))
        #expect(tell(&backlog, at: 2) == ["web-2 firing"])
        #expect(backlog.entries.isEmpty)
    }

    @Test func `group_wait, group_interval and repeat_interval are Alertmanager's`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, patient, now: .zero)
        #expect(wait(&backlog, at: 0) == .seconds(30))
        backlog.take(.of("web-2"), in: group, patient, now: .seconds(10))
        #expect(wait(&backlog, at: 29) == .seconds(30))
        #expect(tell(&backlog, at: 30) == ["web-1 firing", "web-2 firing"])
        #expect(wait(&backlog, at: 31) == .seconds(30 + 4 * 3600))
        backlog.take(.of("web-1", .resolved), in: group, patient, now: .seconds(40))
        #expect(wait(&backlog, at: 40) == .seconds(330))
        #expect(tell(&backlog, at: 330) == ["web-1 resolved", "web-2 firing"])
        #expect(tell(&backlog, at: 330 + 4 * 3600 - 1) == [])
        #expect(tell(&backlog, at: 330 + 4 * 3600) == ["web-2 firing"])
        #expect(tell(&backlog, at: 331 + 4 * 3600) == [])
        backlog.take(.of("web-3"), in: group, patient, now: .seconds(30_000))
        #expect(tell(&backlog, at: 30_000) == ["web-2 firing", "web-3 firing"], "the interval has long passed")
    }

    @Test func `the wait doubles up to five minutes, and the receiver may ask for longer`() {
        #expect((0...3).map { Backlog.delay(after: $0, random: 0.5) } == [1, 2, 4, 8].map { .seconds($0) })
        #expect(Backlog.delay(after: 60, random: 0.5) == .seconds(300))
        #expect(Backlog.delay(after: 0, random: 0) == .seconds(0.8))
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        guard case .send(let batch) = backlog.next(now: .zero) else { return #expect(Bool(false)) }
        #expect(backlog.failed(batch, now: .zero, retryAfter: .seconds(30), random: 0.5) == .seconds(30))
        #expect(wait(&backlog, at: 1) == .seconds(30))
        #expect(backlog.failed(batch, now: .zero, retryAfter: .seconds(86_400), random: 0.5) == .seconds(300))
    }

    @Test func `one group's failure delays no other`() {
        var backlog = Backlog()
        let other = Backlog.Group(labels: Labels([Label("alertname", "DomainPaused")]), routeKey: "{}")
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        backlog.take(.of("web-2", name: "DomainPaused"), in: other, atOnce, now: .seconds(1))
        guard case .send(let batch) = backlog.next(now: .seconds(1)) else { return #expect(Bool(false)) }
        #expect(batch.group == group)
        _ = backlog.failed(batch, now: .seconds(1), retryAfter: nil, random: 0.5)
        #expect(backlog.depth == 2)
        #expect(tell(&backlog, at: 1) == ["web-2 firing"])
    }

    @Test func `when three have failed all wait, and when one is told none does`() {
        var backlog = Backlog()
        for index in 0..<5 {
            let place = Backlog.Group(labels: Labels([Label("domain", "web-\(index)")]), routeKey: "{}")
            backlog.take(.of("web-\(index)"), in: place, atOnce, now: .zero)
        }
        var seen: [String] = []
        for second in [0, 0, 0, 1, 3] {
            guard case .send(let batch) = backlog.next(now: .seconds(second)) else { return #expect(Bool(false)) }
            seen += told(.send(batch))
            _ = backlog.failed(batch, now: .seconds(second), retryAfter: nil, random: 0.5)
        }
        #expect(Set(seen).count == 5, "each is tried before one is tried again")
        #expect(wait(&backlog, at: 3) == .seconds(7))
        #expect((0..<5).map { _ in tell(&backlog, at: 7).count } == [1, 1, 1, 1, 1])
        #expect(backlog.depth == 0)
    }

    @Test func `a receiver that asks for time is left alone by all groups`() {
        var backlog = Backlog()
        let other = Backlog.Group(labels: .none, routeKey: "{}")
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        backlog.take(.of("web-2"), in: other, atOnce, now: .zero)
        guard case .send(let batch) = backlog.next(now: .zero) else { return #expect(Bool(false)) }
        _ = backlog.failed(batch, now: .zero, retryAfter: .seconds(60), random: 0.5)
        #expect(wait(&backlog, at: 59) == .seconds(60))
    }

    @Test func `a muted alert is told when it is muted no more and still fires`() {
        var backlog = Backlog()
        let isQuiet: (Labels) -> Bool = { $0["domain"] != "web-3" }
        for name in ["web-1", "web-2", "web-3"] { backlog.take(.of(name), in: group, atOnce, now: .zero) }
        #expect(tell(&backlog, at: 0, isMuted: isQuiet) == ["web-3 firing"])
        #expect(backlog.next(now: .seconds(10), isMuted: isQuiet) == .wait(until: .seconds(12)))
        backlog.take(.of("web-2", .resolved), in: group, atOnce, now: .seconds(11))
        #expect(tell(&backlog, at: 12, isMuted: isQuiet) == [])
        #expect(tell(&backlog, at: 14) == ["web-1 firing", "web-3 firing"], "web-2 came and went unheard")
    }

    @Test func `the end of an alert that was told waits until it is muted no more`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0) == ["web-1 firing"])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .seconds(1))
        #expect(tell(&backlog, at: 1, isMuted: { _ in true }) == [])
        #expect(tell(&backlog, at: 3) == ["web-1 resolved"])
    }

    @Test func `notices are told once each, and forgotten`() {
        var backlog = Backlog()
        for second in [1, 2, 2] {
            var notice = Alert.of("web-1")
            notice.firedAt = Timestamp(milliseconds: Int64(second) * 1000)
            backlog.take(notice: notice, in: group, atOnce, now: .zero)
        }
        #expect(tell(&backlog, at: 0) == ["web-1 firing", "web-1 firing"])
        #expect(backlog.entries.isEmpty)
        #expect(backlog.threads.isEmpty)
        backlog.take(notice: .of("web-2"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 0, isMuted: { _ in true }) == [])
        #expect(backlog.entries.isEmpty, "what happened while it was muted is over")
    }

    @Test(arguments: [
        // Bound, what is taken beside the firing web-2, what is left, what is given up.
        (OutboxLimits(alerts: 2), ["web-2 firing", "web-3 firing"], [GiveUpReason.count: 1]),
        (OutboxLimits(bytes: 1900), ["web-2 firing", "web-3 firing"], [.bytes: 1]),
        (OutboxLimits(), ["web-1 resolved", "web-2 firing", "web-3 firing"], [:]),
    ])
    func `beyond a bound the ones that are over are given up first, and counted`(
        limits: OutboxLimits, left: [String], givenUp: [GiveUpReason: Int]
    ) {
        var backlog = Backlog(limits: limits)
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .zero)
        backlog.take(.of("web-2"), in: group, atOnce, now: .zero)
        backlog.take(.of("web-3"), in: group, atOnce, now: .zero)
        backlog.bound()
        #expect(backlog.givenUp == givenUp)
        #expect(told(backlog.next(now: .zero)) == left)
    }

    @Test func `the end of an alert is given up after three days, one that fires never`() {
        var backlog = Backlog()
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .zero)
        backlog.take(.of("web-2"), in: group, atOnce, now: .zero)
        #expect(tell(&backlog, at: 3 * 86_400 + 1) == ["web-2 firing"])
        #expect(backlog.givenUp == [.age: 1])
    }

    @Test func `a message holds so many alerts, and the rest follows at once`() {
        var backlog = Backlog(limits: OutboxLimits(message: 2))
        for name in ["a", "b", "c", "d", "e"] { backlog.take(.of(name), in: group, patient, now: .zero) }
        #expect(tell(&backlog, at: 30) == ["a firing", "b firing"] || backlog.depth == 1)
        #expect(tell(&backlog, at: 30).count == 2)
        #expect(tell(&backlog, at: 30).count == 2)
        #expect(tell(&backlog, at: 30) == [])
        #expect(backlog.depth == 0)
    }

    @Test func `what is refused is given up, and told anew only when it changes`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, atOnce, now: .zero)
        guard case .send(let batch) = backlog.next(now: .zero) else { return #expect(Bool(false)) }
        backlog.settled(batch, now: .zero, isRefused: true)
        #expect(backlog.givenUp == [.refused: 1])
        #expect(tell(&backlog, at: 1) == [])
        backlog.take(.of("web-1", .resolved), in: group, atOnce, now: .seconds(2))
        #expect(tell(&backlog, at: 2) == ["web-1 resolved"])
    }

    @Test func `alerts change places when the routes do`() {
        var backlog = Backlog()
        for name in ["web-1", "web-2", "web-3"] { backlog.take(.of(name), in: group, atOnce, now: .zero) }
        #expect(tell(&backlog, at: 0).count == 3)
        let all = Backlog.Group(labels: .none, routeKey: "{}")
        backlog.reroute(now: .seconds(1)) { $0["domain"] == "web-3" ? nil : (all, self.atOnce) }
        #expect(tell(&backlog, at: 1) == [], "they are told already")
        backlog.take(.of("web-1", .resolved), in: all, atOnce, now: .seconds(2))
        #expect(tell(&backlog, at: 2) == ["web-1 resolved", "web-2 firing"])
        #expect(Set(backlog.threads.keys) == [all])
    }

    @Test func `ten thousand groups leave in the order in which they came, and quickly`() {
        var backlog = Backlog()
        func place(_ index: Int) -> Backlog.Group {
            Backlog.Group(labels: Labels([Label("domain", "web-\(index)")]), routeKey: "{}")
        }
        for index in 0..<10_000 {
            backlog.take(.of("web-\(index)"), in: place(index), atOnce, now: .milliseconds(index))
        }
        var order: [String] = []
        while case .send(let batch) = backlog.next(now: .seconds(60)) {
            order.append(batch.group.labels["domain"] ?? "")
            backlog.settled(batch, now: .seconds(60))
        }
        #expect(order == (0..<10_000).map { "web-\($0)" })
    }
}
