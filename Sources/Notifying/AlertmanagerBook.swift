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
    /// Alerts for which there was no room the last time.
    private var leftOut: Set<Labels> = []
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
        var newcomers: [StandingAlert] = []
        for (labels, item) in news {
            if entries[labels] != nil {
                update(item, labels)
            } else if item.alert.resolvedAt.map({ now - $0 <= Self.retention }) ?? true {
                // What was resolved before that was told by the agent before this one, or never will be.
                newcomers.append(item)
            }
        }
        add(newcomers)
    }

    private mutating func update(_ item: StandingAlert, _ labels: Labels) {
        guard var entry = entries[labels] else { return }
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

    /// Adds what is not known yet. When there are too many, what fires takes the place of what was resolved longest ago,
    /// and of the rest the oldest are left out; what is known already is never put aside for something alike, which would
    /// be told in turns without end.
    private mutating func add(_ newcomers: [StandingAlert]) {
        let excess = entries.count + newcomers.count - limit
        let sorted =
            excess <= 0
            ? newcomers
            : newcomers.sorted {
                ($0.alert.state == .firing ? 1 : 0, $0.alert.changedAt)
                    > ($1.alert.state == .firing ? 1 : 0, $1.alert.changedAt)
            }
        var out: Set<Labels> = []
        if excess > 0 {
            out = giveUpResolved(entries.count + newcomers.count { $0.alert.state == .firing } - limit)
        }
        for item in sorted {
            if entries.count < limit {
                entries[item.alert.labels] = Entry(standing: item)
            } else {
                out.insert(item.alert.labels)
            }
        }
        // They stand, so they come again each time: each is counted once.
        dropped += out.subtracting(leftOut).count
        leftOut = out
    }

    /// Gives up to `count` resolved alerts up, first those that have been told; the ones that have not.
    private mutating func giveUpResolved(_ count: Int) -> Set<Labels> {
        guard count > 0 else { return [] }
        let resolved = entries.filter { $0.value.alert.state == .resolved }.sorted { left, right in
            (left.value.isNews ? 1 : 0, left.value.alert.changedAt)
                < (right.value.isNews ? 1 : 0, right.value.alert.changedAt)
        }
        for (labels, _) in resolved.prefix(count) { entries[labels] = nil }
        return Set(resolved.prefix(count).filter(\.value.isNews).map(\.key))
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
