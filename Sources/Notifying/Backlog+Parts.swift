// SPDX-License-Identifier: Apache-2.0
import Vocabulary

extension Backlog {
    struct Group: Hashable, Sendable {
        let labels: Labels
        let routeKey: String
    }

    /// What an entry is known by.
    struct Key: Hashable, Sendable {
        let labels: Labels
        /// Of a notice, when it happened: each is told for itself.
        let moment: Timestamp?
    }

    /// What the receiver knows of an alert.
    struct Told: Hashable, Sendable {
        let state: Alert.State
        let firedAt: Timestamp?
        let at: Duration
    }

    struct Entry: Sendable {
        var alert: Alert
        var group: Group
        var told: Told?
        /// Since when the receiver has to be told something.
        var since: Duration
        let bytes: Int
    }

    struct Item: Hashable, Sendable {
        let key: Key
        /// As it is told.
        let alert: Alert
        /// Since when it has been owed; nil for one that only keeps the others company.
        let since: Duration?
    }

    /// One message.
    struct Batch: Hashable, Sendable {
        let group: Group
        let items: [Item]
        /// Whether there was more to tell than one message holds.
        let isCut: Bool
        var alerts: [Alert] { items.map(\.alert) }
    }

    /// What is to be done next.
    enum Step: Hashable, Sendable {
        case send(Batch)
        case wait(until: Duration)
        case rest
    }

    /// One group.
    struct Thread: Sendable {
        var grouping: Grouping
        var members: Set<Key> = []
        var owed: Set<Key> = []
        var owedSince = Duration.zero
        var lastTold: Duration?
        /// Whether a message was cut: the rest follows at once.
        var hasMore = false
        /// Alerts that a message may have, when it was found to be fewer than the settings say.
        var most: Int?
        var attempts = 0
        var notBefore = Duration.zero
        /// The number of the ticket that counts.
        var ticket = 0
    }
}

extension Alert {
    /// What it takes in memory, roughly.
    var roughBytes: Int {
        func size(_ labels: Labels) -> Int {
            labels.all.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 40 }
        }
        return 400 + size(labels) + size(annotations) + expression.utf8.count
    }
}
