// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What one Alertmanager has been told of each alert, and what it has still to be told. Pure.
///
/// It goes by what stands, not by what happened: an alert that fires is told again each minute, one that was resolved for
/// a quarter of an hour, and whatever a target missed while it was away is told as it stands when it is back.
struct AlertmanagerBook: Sendable {
    /// How often an alert is told again.
    static let resend = Duration.seconds(60)
    /// How long a resolved one is.
    static let retention = Duration.seconds(15 * 60)
    /// One that a target could not be told for so long is given up.
    static let longestWait = Duration.seconds(86_400)

    private struct Entry {
        var standing: StandingAlert
        /// As it was told last; nil when it never was.
        var told: (state: Alert.State, firedAt: Timestamp?)?
        /// By a clock that nobody sets.
        var toldAt = Duration.zero

        var alert: Alert { standing.alert }
        var isNews: Bool { told == nil || told?.state != alert.state || told?.firedAt != alert.firedAt }
        var dueAt: Duration { isNews ? .zero : toldAt + AlertmanagerBook.resend }

        func isOver(_ now: Timestamp) -> Bool {
            guard alert.state == .resolved, let resolvedAt = alert.resolvedAt else { return false }
            return now - resolvedAt > (isNews ? AlertmanagerBook.longestWait : AlertmanagerBook.retention)
        }
    }

    private var entries: [Labels: Entry] = [:]
    private let limit: Int
    /// Alerts that were given up without having been told as they stood.
    private(set) var dropped = 0

    /// At most `limit` alerts are kept.
    init(limit: Int = 10_000) {
        self.limit = limit
    }

    /// How many alerts wait to be told for the first time in their state.
    var depth: Int { entries.values.count { $0.isNews } }

    /// Takes what stands now, and what was resolved and stands nowhere any more, as its rule is gone. What fired and is
    /// in neither is forgotten: the target ends it by itself.
    mutating func take(_ standing: [StandingAlert], resolved: [Alert], now: Timestamp) {
        var news: [Labels: StandingAlert] = [:]
        for alert in resolved where alert.state == .resolved {
            news[alert.labels] = StandingAlert(alert: alert, interval: .zero)
        }
        for item in standing where item.alert.state != .pending {
            // Two rules may make the same alert: then it fires while one of them says so.
            if let other = news[item.alert.labels]?.alert, other.isNewer(than: item.alert) { continue }
            news[item.alert.labels] = item
        }
        for (labels, entry) in entries where entry.alert.state == .firing && news[labels] == nil {
            if entry.told == nil { dropped += 1 }
            entries[labels] = nil
        }
        for (labels, entry) in entries where entry.isOver(now) {
            if entry.isNews { dropped += 1 }
            entries[labels] = nil
        }
        for (labels, item) in news { take(item, labels, now) }
        if entries.count > limit { giveUp() }
    }

    private mutating func take(_ item: StandingAlert, _ labels: Labels, _ now: Timestamp) {
        guard var entry = entries[labels] else {
            let entry = Entry(standing: item)
            // What was resolved long ago was told by the agent before this one, or never will be.
            if item.alert.resolvedAt.map({ now - $0 <= Self.retention }) ?? true { entries[labels] = entry }
            return
        }
        // What was resolved stays so until it fires anew.
        if item.alert.state == .resolved, let resolvedAt = entry.alert.resolvedAt,
            resolvedAt > item.alert.resolvedAt ?? resolvedAt
        {
            return
        }
        entry.standing = item
        entries[labels] = entry
    }

    /// Up to `count` alerts that are to be told now: news first, then those that were told longest ago.
    func due(_ count: Int, clock now: Duration) -> [StandingAlert] {
        let due = entries.values.filter { $0.dueAt <= now }
        let sorted =
            due.count <= count
            ? due : due.sorted { ($0.dueAt, $0.alert.changedAt) < ($1.dueAt, $1.alert.changedAt) }
        return sorted.prefix(count).map(\.standing)
    }

    /// When something is due next; nil when nothing will be.
    var nextDue: Duration? { entries.values.map(\.dueAt).min() }

    /// The target has been told of `alerts`, or will never take them as they are.
    mutating func told(_ alerts: [StandingAlert], clock now: Duration) {
        for item in alerts {
            guard var entry = entries[item.alert.labels] else { continue }
            entry.told = (item.alert.state, item.alert.firedAt)
            entry.toldAt = now
            entries[item.alert.labels] = entry
        }
    }

    /// Too many: those that were resolved longest ago go first, then those that fire longest.
    private mutating func giveUp() {
        let oldest = entries.sorted { left, right in
            let (l, r) = (left.value, right.value)
            return (l.alert.state == .firing ? 1 : 0, l.isNews ? 1 : 0, l.alert.changedAt)
                < (r.alert.state == .firing ? 1 : 0, r.isNews ? 1 : 0, r.alert.changedAt)
        }
        for (labels, entry) in oldest.prefix(entries.count - limit) {
            if entry.isNews { dropped += 1 }
            entries[labels] = nil
        }
    }
}

extension Alert {
    fileprivate var changedAt: Timestamp { resolvedAt ?? firedAt ?? activeAt }

    /// Whether this one counts, of two of the same labels.
    fileprivate func isNewer(than other: Alert) -> Bool {
        if (state == .firing) != (other.state == .firing) { return state == .firing }
        return changedAt > other.changedAt
    }
}
