// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What one receiver has still to be told: groups of alerts, each as it stands now. Pure.
///
/// A message is made when it is sent, so that what changed while a receiver was away is told once, in its newest state;
/// an alert that fired and was resolved meanwhile is told as resolved.
struct Backlog: Sendable {
    struct Group: Hashable, Sendable {
        let labels: Labels
        let routeText: String
    }

    /// What is to be done next.
    enum Step: Equatable, Sendable {
        case send(Group, [Alert])
        case wait(until: Duration)
        case rest
    }

    private struct Entry {
        var alerts: [Labels: Alert] = [:]
        /// Whether there is something that the receiver has not been told.
        var isOwed = false
        var since = Duration.zero
        var attempts = 0
        var notBefore = Duration.zero
    }

    private var entries: [Group: Entry] = [:]
    /// The most alerts that are remembered; beyond it the ones resolved longest ago are given up.
    private let limit: Int
    /// Alerts that were given up.
    private(set) var dropped = 0

    init(limit: Int = 10_000) {
        self.limit = limit
    }

    /// How many groups wait to be told.
    var depth: Int { entries.values.count { $0.isOwed } }
    /// Since when the one that waits longest does.
    var oldest: Duration? { entries.values.filter(\.isOwed).map(\.since).min() }

    mutating func take(_ alert: Alert, in group: Group, now: Duration) {
        var entry = entries[group] ?? Entry()
        entry.alerts[alert.labels] = alert
        if !entry.isOwed { entry.since = now }
        entry.isOwed = true
        entries[group] = entry
        giveUp()
    }

    /// The group that has waited longest among those that may be sent now.
    func next(now: Duration) -> Step {
        let owed = entries.filter { $0.value.isOwed }
        guard !owed.isEmpty else { return .rest }
        let ready = owed.filter { $0.value.notBefore <= now }
        guard let (group, entry) = ready.min(by: { $0.value.since < $1.value.since }) else {
            return .wait(until: owed.values.map(\.notBefore).min() ?? now)
        }
        return .send(group, entry.alerts.values.sorted { "\($0.labels)" < "\($1.labels)" })
    }

    /// The receiver has been told of `sent`, or has refused it for good: what changed meanwhile is still owed.
    mutating func settled(_ group: Group, _ sent: [Alert], now: Duration) {
        guard var entry = entries[group] else { return }
        var told = true
        for alert in sent {
            if entry.alerts[alert.labels] != alert {
                told = false
            } else if alert.state == .resolved {
                entry.alerts[alert.labels] = nil
            }
        }
        if !Set(entry.alerts.keys).isSubset(of: sent.map(\.labels)) { told = false }
        entry.isOwed = !told
        entry.since = now
        entry.attempts = 0
        entry.notBefore = now
        entries[group] = entry.alerts.isEmpty ? nil : entry
    }

    /// The receiver could not be told: again later, after `delay`, which is made longer each time.
    mutating func failed(_ group: Group, now: Duration, retryAfter: Duration?, random: Double) -> Duration {
        guard var entry = entries[group] else { return .zero }
        let delay = max(Self.delay(after: entry.attempts, random: random), min(retryAfter ?? .zero, Self.longest))
        entry.attempts += 1
        entry.notBefore = now + delay
        entries[group] = entry
        return delay
    }

    private static let longest = Duration.seconds(300)

    /// 1 s, doubled each time, at most 5 min, give or take a fifth; `random` is in 0..<1.
    static func delay(after attempts: Int, random: Double) -> Duration {
        let seconds = min(Double(1 << min(attempts, 20)), longest.inSeconds)
        return .seconds(seconds * (0.8 + 0.4 * random))
    }

    private mutating func giveUp() {
        var excess = entries.values.reduce(0) { $0 + $1.alerts.count } - limit
        guard excess > 0 else { return }
        let resolved = entries.flatMap { group, entry in entry.alerts.values.map { (group, $0) } }.sorted {
            ($0.1.resolvedAt ?? .distant, $0.1.activeAt) < ($1.1.resolvedAt ?? .distant, $1.1.activeAt)
        }
        for (group, alert) in resolved where excess > 0 {
            entries[group]?.alerts[alert.labels] = nil
            if entries[group]?.alerts.isEmpty == true { entries[group] = nil }
            dropped += 1
            excess -= 1
        }
    }
}

extension Timestamp {
    fileprivate static let distant = Timestamp(milliseconds: .max)
}
