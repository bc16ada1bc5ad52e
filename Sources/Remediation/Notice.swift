// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What libvirt told of a domain some time before its end, and what explains that end: a migration that is not over, or a
/// watchdog that has asked the guest to shut down.
struct Notice: Sendable {
    /// How long a guest may take to shut down for its watchdog's sake.
    static let shutdownLimit = Duration.seconds(300)

    let event: DomainEvent
    private let until: Duration?

    /// nil when the event announces nothing.
    init?(_ event: DomainEvent, _ now: Duration) {
        self.event = event
        switch event.word {
        case "watchdog_shutdown": until = now + Self.shutdownLimit
        case _ where event.isMigration: until = nil
        default: return nil
        }
    }

    /// Until when it has to be remembered, if nothing ends it.
    var end: Duration? { until }

    /// Whether it explains what is told now.
    func explains(_ later: DomainEvent, _ now: Duration) -> Bool {
        if let until { return now < until && ["shutdown_guest", "stopped_shutdown"].contains(later.word) }
        return ["stopped_failed", "shutdown_host", "stopped_destroyed"].contains(later.word)
    }

    /// Whether what is told now is the end of it.
    func isOver(after later: DomainEvent) -> Bool {
        later.word.hasPrefix("stopped_") || later.word.hasPrefix("started_")
            || (event.isMigration && (later.word.hasPrefix("resumed_") || later.word == "suspended_paused"))
    }
}

extension DomainRecord {
    /// Remembers what an event announces, and forgets what it ends.
    mutating func heed(_ event: DomainEvent, _ now: Duration) {
        if notice?.isOver(after: event) == true { notice = nil }
        guard let next = Notice(event, now) else { return }
        notice = next
        if let end = next.end { keptUntil = max(keptUntil ?? .zero, end) }
    }
}

extension DomainEvent {
    /// Of a domain that was found so when its host was listed.
    static func listedMigrating(_ domain: DomainIdentity, _ time: Timestamp) -> DomainEvent {
        DomainEvent(domain: domain, kind: "listed", detail: "migrating", time: time)
    }

    /// Whether libvirt tells by it that the domain is between two hosts: it comes in, or waits for the other host.
    var isMigration: Bool { Self.migrations.contains(word) }
    private static let migrations = [
        "started_migrated", "suspended_migrated", "suspended_postcopy", "listed_migrating",
    ]

    /// Whether the domain runs from now on. One that comes in by a migration does not until it is resumed.
    var beginsRun: Bool {
        (word.hasPrefix("started_") && word != "started_migrated") || word.hasPrefix("resumed_")
    }
}

extension DomainStatus {
    /// Whether it is between two hosts.
    var isMigrating: Bool { state == "paused" && ["migration", "postcopy"].contains(reason) }
}
