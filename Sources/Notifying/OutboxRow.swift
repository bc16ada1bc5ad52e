// SPDX-License-Identifier: Apache-2.0
import Database
import Vocabulary

/// What the outbox keeps of one alert of one receiver.
struct OutboxRow: Sendable {
    /// What a row is found by.
    struct Key: Hashable, Sendable {
        let receiver: String
        let labels: Labels
        /// Of a notice, when it happened.
        let moment: Timestamp?
    }

    /// What the receiver was told last.
    struct Told: Hashable, Sendable {
        let state: Alert.State
        let firedAt: Timestamp?
        let at: Timestamp
    }

    let key: Key
    /// nil for an alert whose end was told, which is only remembered.
    let alert: Alert?
    let group: Labels
    let routeKey: String
    let told: Told?
    let since: Timestamp
}

/// A change of the outbox.
enum OutboxChange: Sendable {
    case put(OutboxRow)
    case forget(OutboxRow.Key)

    var key: OutboxRow.Key {
        switch self {
        case .put(let row): row.key
        case .forget(let key): key
        }
    }
}

extension OutboxRow {
    static let schema = [
        [
            """
            CREATE TABLE outbox (
                receiver TEXT NOT NULL, labels TEXT NOT NULL, moment INTEGER NOT NULL, alert TEXT,
                grouped TEXT NOT NULL, route TEXT NOT NULL, told TEXT, told_fired INTEGER, told_at INTEGER,
                since INTEGER NOT NULL, PRIMARY KEY (receiver, labels, moment)) WITHOUT ROWID
            """
        ]
    ]
    static let columns = "receiver, labels, moment, alert, grouped, route, told, told_fired, told_at, since"
    private static let noMoment: Int64 = -1

    var values: [Value] {
        Self.values(of: key) + [
            alert.map { .json($0) } ?? .null, .json(group), .text(routeKey),
            told.map { .text($0.state.rawValue) } ?? .null,
            told?.firedAt.map { .integer($0.milliseconds) } ?? .null,
            told.map { .integer($0.at.milliseconds) } ?? .null, .integer(since.milliseconds),
        ]
    }

    /// Labels are sorted, so the same ones are always the same text.
    static func values(of key: Key) -> [Value] {
        [
            .text(key.receiver), .json(key.labels),
            .integer(key.moment?.milliseconds ?? noMoment),
        ]
    }

    /// nil for a row that makes no sense.
    init?(_ row: [Value]) {
        guard row.count == 10, let receiver = row[0].text, let labels = row[1].decoded(as: Labels.self),
            let moment = row[2].integer, let group = row[4].decoded(as: Labels.self), let routeKey = row[5].text,
            let since = row[9].integer
        else { return nil }
        key = Key(
            receiver: receiver, labels: labels,
            moment: moment == Self.noMoment ? nil : Timestamp(milliseconds: moment))
        alert = row[3].decoded(as: Alert.self)
        guard alert.map({ $0.labels == labels }) ?? true else { return nil }
        self.group = group
        self.routeKey = routeKey
        self.since = Timestamp(milliseconds: since)
        if let state = row[6].text.flatMap(Alert.State.init), let at = row[8].integer {
            told = Told(
                state: state, firedAt: row[7].integer.map { Timestamp(milliseconds: $0) },
                at: Timestamp(milliseconds: at))
        } else {
            told = nil
        }
    }
}
