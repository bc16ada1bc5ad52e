// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Notifying

@Suite struct BacklogTests {
    private let group = Backlog.Group(labels: Labels([Label("alertname", "DomainCrashed")]), routeText: "")

    private func domains(_ step: Backlog.Step) -> [String] {
        guard case .send(_, let alerts) = step else { return [] }
        return alerts.map { "\($0.labels["domain"] ?? "") \($0.state.rawValue)" }
    }

    @Test func `what was told is not told again, and what fires stays in the group`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, now: .zero)
        #expect(domains(backlog.next(now: .zero)) == ["web-1 firing"])
        backlog.settled(group, [.of("web-1")], now: .zero)
        #expect(backlog.next(now: .seconds(1)) == .rest)
        backlog.take(.of("web-2"), in: group, now: .seconds(2))
        #expect(domains(backlog.next(now: .seconds(2))) == ["web-1 firing", "web-2 firing"])
    }

    @Test func `a resolved alert is told once and then forgotten`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, now: .zero)
        backlog.settled(group, [.of("web-1")], now: .zero)
        backlog.take(.of("web-1", .resolved), in: group, now: .zero)
        #expect(domains(backlog.next(now: .zero)) == ["web-1 resolved"])
        backlog.settled(group, [.of("web-1", .resolved)], now: .zero)
        backlog.take(.of("web-2"), in: group, now: .zero)
        #expect(domains(backlog.next(now: .zero)) == ["web-2 firing"])
    }

    @Test func `what changes while a message is under way is told next`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, now: .zero)
        backlog.take(.of("web-1", .resolved), in: group, now: .zero)
        backlog.settled(group, [.of("web-1")], now: .zero)
        #expect(domains(backlog.next(now: .zero)) == ["web-1 resolved"])
    }

    @Test func `an alert that came and went while the receiver was away is told as resolved`() {
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, now: .zero)
        let wait = backlog.failed(group, now: .zero, retryAfter: nil, random: 0.5)
        backlog.take(.of("web-1", .resolved), in: group, now: .milliseconds(100))
        #expect(backlog.next(now: .milliseconds(100)) == .wait(until: wait))
        #expect(domains(backlog.next(now: wait)) == ["web-1 resolved"])
        #expect(backlog.oldest == .zero)
    }

    @Test func `the wait doubles up to five minutes, and the receiver may ask for longer`() {
        #expect((0...3).map { Backlog.delay(after: $0, random: 0.5) } == [1, 2, 4, 8].map { .seconds($0) })
        #expect(Backlog.delay(after: 60, random: 0.5) == .seconds(300))
        #expect(Backlog.delay(after: 0, random: 0) == .seconds(0.8))
        var backlog = Backlog()
        backlog.take(.of("web-1"), in: group, now: .zero)
        #expect(backlog.failed(group, now: .zero, retryAfter: .seconds(30), random: 0.5) == .seconds(30))
        #expect(backlog.failed(group, now: .zero, retryAfter: .seconds(86_400), random: 0.5) == .seconds(300))
    }

    @Test func `one group's failure delays no other`() {
        var backlog = Backlog()
        let other = Backlog.Group(labels: Labels([Label("alertname", "DomainPaused")]), routeText: "")
        backlog.take(.of("web-1"), in: group, now: .zero)
        backlog.take(.of("web-2", name: "DomainPaused"), in: other, now: .seconds(1))
        _ = backlog.failed(group, now: .seconds(1), retryAfter: nil, random: 0.5)
        #expect(domains(backlog.next(now: .seconds(1))) == ["web-2 firing"])
        #expect(backlog.depth == 2)
    }

    @Test func `beyond the bound the ones resolved longest ago are given up and counted`() {
        var backlog = Backlog(limit: 2)
        backlog.take(.of("web-1", .resolved), in: group, now: .zero)
        backlog.take(.of("web-2"), in: group, now: .zero)
        backlog.take(.of("web-3"), in: group, now: .zero)
        #expect(domains(backlog.next(now: .zero)) == ["web-2 firing", "web-3 firing"])
        #expect(backlog.dropped == 1)
    }
}
