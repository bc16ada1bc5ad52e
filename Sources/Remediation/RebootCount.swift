// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Counts a domain's reboots, each once: libvirt tells one up to three times.
struct RebootCount: Sendable {
    static let repeats = Duration.seconds(2)
    static let window = Duration.seconds(600)
    static let limit = 5

    private var times: [Duration] = []
    private var said: Duration?

    /// Whether the domain is in a loop of reboots, which has been said.
    var isLoop: Bool { said != nil }

    /// Whether this reboot makes a loop of them, which is said once for each window that it lasts.
    mutating func add(_ now: Duration) -> Bool {
        // From the one that was counted: a guest may reboot each second for ever.
        if let last = times.last, now - last < Self.repeats { return false }
        times.removeAll { $0 + Self.window <= now }
        if times.count >= Self.limit { times.removeFirst() }
        times.append(now)
        guard times.count >= Self.limit else {
            said = nil
            return false
        }
        if let said, now - said < Self.window { return false }
        said = now
        return true
    }
}

extension Remediator {
    /// Says that a domain reboots over and over, without a stop in between.
    mutating func countReboot(_ event: DomainEvent, in record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard event.word == "reboot", settings.mode != .off, !record.expects(event.word) else { return [] }
        record.keptUntil = max(record.keptUntil ?? .zero, now.uptime + RebootCount.window)
        guard record.reboots.add(now.uptime) else { return [] }
        let evidence = "\(RebootCount.limit) reboots within \(DurationText.format(RebootCount.window))"
        return [
            .report(
                Decision(
                    domain: record.domain, incident: "reboots-\(now.time.milliseconds)",
                    judgement: Judgement(cause: .rebootLoop, confidence: .high, evidence: evidence), action: nil,
                    outcome: .leftAlone, reason: "\(evidence) without a stop; look at the guest's console",
                    policy: nil, time: now.time))
        ]
    }
}

extension DomainRecord {
    /// Whether a step of our own still explains an event.
    func expects(_ word: String) -> Bool { incident?.expected.contains(word) == true }
}
