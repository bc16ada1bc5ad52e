// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Tells receivers of alerts: routes them, and keeps at each receiver until it has been told.
///
/// Each receiver has a desk of its own, with its own client and queue: one that hangs delays no other.
public actor Notifier {
    private var settings: NotifierSettings
    private var desks: [String: Desk] = [:]
    private let outbox: OutboxFile?
    private let inhibitor = Inhibitor()
    private let isMuted: @Sendable (Labels) -> Bool
    private let report: @Sendable (Delivery) -> Void
    private let log: @Sendable (String) -> Void
    /// The alerts that fire, as they came last.
    private var firing: [Labels: Alert] = [:]
    /// Those of them that come from before a restart, and of which nothing has been heard since.
    private var unheard: Set<Labels> = []
    /// Ends when what was kept is taken over, or has been waited for long enough.
    private var inheriting: Task<Void, Never>?
    private var retry: Task<Void, Never>?

    /// `outbox` keeps what receivers are owed over a crash; without it they are owed nothing after one. `isMuted` says
    /// of an alert's labels whether it must not be told now; it is asked from any queue, often. `log` takes the lines of
    /// the channel `log`, and `report` is told of every attempt.
    public init(
        _ settings: NotifierSettings, outbox: OutboxFile? = nil,
        isMuted: @escaping @Sendable (Labels) -> Bool = { _ in false },
        log: @escaping @Sendable (String) -> Void = { _ in }, report: @escaping @Sendable (Delivery) -> Void
    ) {
        self.log = log
        self.settings = settings
        self.outbox = outbox
        let inhibitor = inhibitor
        self.isMuted = { isMuted($0) || inhibitor.inhibits($0) }
        self.report = report
        inhibitor.load(settings.inhibitions)
        for receiver in settings.receivers {
            desks[receiver.name] = Desk(
                receiver, settings, Carrier(log: log), file: outbox, isMuted: self.isMuted, report)
        }
    }

    /// Alerts that began to fire, were resolved, or are seen again after a restart; others are passed over. Returns when
    /// what is new of it is on the disk, or cannot be brought there.
    public func take(_ alerts: [Alert]) async {
        await inherit()
        for alert in alerts where alert.state != .pending {
            let isFiring = alert.state == .firing
            firing[alert.labels] = isFiring ? alert : nil
            unheard.remove(alert.labels)
            inhibitor.note(alert.labels, isFiring: isFiring)
        }
        await pass(alerts.filter { $0.state != .pending })
        await outbox?.settle()
    }

    /// Things that happened and have no end: each is told once, to `receiver`.
    public func take(notices: [Alert], to receiver: String) async {
        await inherit()
        let taken = notices.map { ($0, Destination(receiver, Route.rootKey, Grouping(), $0.labels)) }
        await desks[receiver]?.take(taken, areNotices: true)
        await outbox?.settle()
    }

    /// Ends the alerts of before a restart of which nothing was heard since, but for those in `alive`: the rules know
    /// nothing of them, so nothing else would.
    public func endUnheard(but alive: Set<Labels>) async {
        let now = Timestamp.wallClock
        let ended = unheard.subtracting(alive).compactMap { labels in
            firing[labels].map { alert in
                var alert = alert
                alert.state = .resolved
                alert.resolvedAt = now
                return alert
            }
        }
        if !ended.isEmpty { await take(ended) }
    }

    /// Takes new settings. What a receiver that stays is owed is kept; one that is new is told what fires.
    public func reload(_ settings: NotifierSettings) async {
        self.settings = settings
        inhibitor.load(settings.inhibitions)
        let old = desks
        desks = [:]
        for receiver in settings.receivers {
            desks[receiver.name] =
                old[receiver.name]
                ?? Desk(receiver, settings, Carrier(log: log), file: outbox, isMuted: isMuted, report)
        }
        for receiver in settings.receivers { await old[receiver.name]?.reload(receiver, settings) }
        for (name, desk) in old where desks[name] == nil { await desk.abandon() }
        await inherit()
        await pass(Array(firing.values))
    }

    /// Sends nothing more, after giving what is owed up to `grace` to leave.
    public func stop(within grace: Duration) async {
        retry?.cancel()
        let desks = desks.values
        await withTaskGroup(of: Void.self) { group in
            for desk in desks { group.addTask { await desk.drain(within: grace) } }
        }
        guard let outbox else { return }
        await Task { await outbox.close() }.value(within: OutboxFile.longestWait)
    }

    /// How each receiver stands, by name.
    public func figures() async -> [String: DeliveryFigures] {
        var figures: [String: DeliveryFigures] = [:]
        for (name, desk) in desks { figures[name] = await desk.figures }
        return figures
    }

    /// Times that the outbox could not be read or written.
    public nonisolated var outboxFailures: Int { outbox?.failures ?? 0 }

    private func pass(_ alerts: [Alert]) async {
        var orders: [String: [(Alert, Destination)]] = [:]
        for alert in alerts {
            for place in settings.destinations(of: alert.labels) {
                orders[place.receiver, default: []].append((alert, place))
            }
        }
        for (receiver, taken) in orders { await desks[receiver]?.take(taken) }
    }

    // MARK: What was kept

    /// Takes over what is in the outbox, before anything else is taken; later when its disk hangs.
    private func inherit() async {
        guard let outbox else { return }
        if inheriting == nil {
            let reading = Task {
                guard let rows = await outbox.inherit() else { return self.inheritLater(outbox) }
                await self.adopt(rows)
            }
            inheriting = Task { await reading.value(within: OutboxFile.longestWait) }
        }
        await inheriting?.value
    }

    private func inheritLater(_ outbox: OutboxFile) {
        retry = Task {
            while !Task.isCancelled {
                // A cancelled sleep is the end of this loop.
                try? await Task.sleep(for: outbox.rest)
                guard !Task.isCancelled else { return }
                if let rows = await outbox.inherit() { return await self.adopt(rows) }
            }
        }
    }

    private func adopt(_ rows: [OutboxRow]) async {
        for (receiver, rows) in Dictionary(grouping: rows, by: \.key.receiver) {
            guard let desk = desks[receiver] else {
                outbox?.put(rows.map { .forget($0.key) })
                continue
            }
            for alert in await desk.adopt(rows, settings) where firing[alert.labels] == nil {
                firing[alert.labels] = alert
                unheard.insert(alert.labels)
                inhibitor.note(alert.labels, isFiring: true)
            }
        }
    }
}

/// How one attempt to tell a receiver ended.
public struct Delivery: Hashable, Sendable {
    public enum Result: Hashable, Sendable {
        case delivered
        /// Tried again after `delay`.
        case failed(reason: String, delay: Duration)
        /// Not tried again: the receiver will never take it.
        case refused(reason: String)
    }

    public let receiver: String
    public let alertNames: [String]
    public let alerts: Int
    public let result: Result
    /// Attempts that failed directly before this one.
    public let failuresBefore: Int
    /// What was found to be wrong with the receiver's templates for the first time.
    public var complaints: [String] = []
}
