// SPDX-License-Identifier: Apache-2.0
import Terminal
import Testing
import Vocabulary

/// What an operator reads at night.
@Suite struct RemediationTextTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func decision(_ outcome: String, _ reason: String, skip: String?) -> RemediationDecision {
        var decision = RemediationDecision(
            time: Self.now - .seconds(2880), incident: "7", cause: "hypervisor-crash", confidence: "high",
            evidence: "events stopped_failed; now shutoff (crashed)", action: "start", outcome: outcome)
        decision.reason = reason
        decision.skip = skip
        decision.policy = "default"
        return decision
    }

    private var quarantined: RemediationExplanation {
        var standing = RemediationStanding(host: "local", name: "web-1", uuid: "u", phase: "quarantined", attempts: 5)
        standing.cause = "hypervisor-crash"
        standing.policy = "default"
        standing.limit = 5
        standing.window = "1h"
        standing.freed = (Self.now + .seconds(600)).rfc3339
        standing.quarantinedSince = (Self.now - .seconds(2880)).rfc3339
        standing.holds = [
            RemediationHold(kind: "pause", reason: "all repairs are paused by ada: \u{1B}[2J disks", until: nil)
        ]
        standing.last = decision(
            "gave-up", "5 attempts within 1h did not last; start or release the domain by hand", skip: "budget")
        var explanation = RemediationExplanation(mode: "auto", standing: standing)
        explanation.policies = [
            .init(
                name: "default", causes: ["hypervisor-crash", "lost", "panic", "watchdog"],
                ladder: ["start 60s", "reset 30s", "destroy-start 60s"], cooldown: .zero)
        ]
        var host = RemediationHost(
            "local", concurrent: .init(2, of: 2), stepsPerMinute: .init(1, of: 6), repairsPerHour: .init(12, of: 60))
        host.waiting = 31
        host.stormUntil = (Self.now + .seconds(120)).rfc3339
        explanation.host = host
        explanation.decisions = [standing.last].compactMap { $0 }
        return explanation
    }

    @Test func `a quarantine is told in 80 columns, with what to do`() {
        let lines = RemediationText.lines(quarantined, now: Self.now)
        #expect(
            lines.joined(separator: "\n") == """
                web-1 on local: QUARANTINED since 2027-01-15 07:12:00Z, 48m ago
                  last      gave-up: 5 attempts within 1h did not last; start or release the
                            domain by hand
                  cause     hypervisor-crash
                  evidence  events stopped_failed; now shutoff (crashed)
                  mode      auto
                  policy    default: after hypervisor-crash, lost, panic, watchdog: start 60s,
                            reset 30s, destroy-start 60s
                  attempts  5 of 5 used within 1h, 0 left; the oldest counts until 2027-01-15
                            08:10:00Z, in 10m
                  host      local: 0 of 2 repairs at a time left, 5 of 6 steps of this minute,
                            48 of 60 repairs of this hour; 31 wait for a turn
                  host      local: STORM, nothing is repaired until 2027-01-15 08:02:00Z, in 2m
                  held by   pause: all repairs are paused by ada: \\u{1b}[2J disks
                  to do     find the cause, and start the domain by hand: that ends the
                            quarantine
                  to do     or: virtwarden remediation release web-1
                  to do     virtwarden remediation resume

                decisions, the newest first
                  2027-01-15 07:12:00Z  gave-up start [budget]: 5 attempts within 1h did not
                                        last; start or release the domain by hand
                                        hypervisor-crash (high): events stopped_failed; now
                                        shutoff (crashed); policy default
                """)
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test func `a list fits 80 columns, and begins with what holds everything`() {
        var report = RemediationReport(mode: "auto", domains: [quarantined.standing])
        var other = quarantined.standing
        other.name = String(repeating: "long-", count: 20)
        other.holds = []
        report.domains.append(other)
        report.obstacle = "the file /run/stop forbids every step"
        report.pauses = [RemediationPause(nil, note: ChangeNote(author: "ada", comment: "disks"), since: Self.now)]
        let lines = RemediationText.lines(report, now: Self.now)
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.joined(separator: "\n"))")
        #expect(
            lines.prefix(3) == [
                "  mode      auto", "  held by   the file /run/stop forbids every step",
                "  paused    all repairs since 2027-01-15 08:00:00Z, 0s ago by ada: disks",
            ])
        #expect(lines.last?.hasPrefix("long-long-long-long…  quarantined  hypervisor-crash  5/5    gave-up: 5") == true)
    }
}
