// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Tells receivers of alerts: routes them, and keeps at each receiver until it has been told.
///
/// Each receiver has a desk of its own, with its own client and queue: one that hangs delays no other.
public actor Notifier {
    private var settings: NotifierSettings
    private var desks: [String: Desk] = [:]
    private let report: @Sendable (Delivery) -> Void
    private let log: @Sendable (String) -> Void

    /// `report` is told of every attempt; `log` takes the lines of the channel `log`.
    public init(
        _ settings: NotifierSettings, log: @escaping @Sendable (String) -> Void = { _ in },
        report: @escaping @Sendable (Delivery) -> Void
    ) {
        self.log = log
        self.settings = settings
        self.report = report
        for receiver in settings.receivers {
            desks[receiver.name] = Desk(receiver, settings.externalURL, Carrier(log: log), report)
        }
    }

    /// Alerts that began to fire, or were resolved; others are passed over.
    public func take(_ alerts: [Alert]) async {
        var orders: [String: [(Alert, Backlog.Group)]] = [:]
        for alert in alerts where alert.state != .pending {
            for (receiver, routeText) in settings.destinations(of: alert.labels) {
                let group = Backlog.Group(labels: alert.labels.keeping(["alertname"]), routeText: routeText)
                orders[receiver, default: []].append((alert, group))
            }
        }
        for (receiver, taken) in orders { await desks[receiver]?.take(taken) }
    }

    /// Takes new settings. What a receiver that stays is owed is kept.
    public func reload(_ settings: NotifierSettings) async {
        self.settings = settings
        let old = desks
        desks = [:]
        for receiver in settings.receivers {
            if let desk = old[receiver.name] {
                await desk.reload(receiver, settings.externalURL)
                desks[receiver.name] = desk
            } else {
                desks[receiver.name] = Desk(receiver, settings.externalURL, Carrier(log: log), report)
            }
        }
        for (name, desk) in old where desks[name] == nil { await desk.stop() }
    }

    /// Sends nothing more, after giving what is owed up to `grace` to leave.
    public func stop(within grace: Duration) async {
        let desks = desks.values
        await withTaskGroup(of: Void.self) { group in
            for desk in desks { group.addTask { await desk.drain(within: grace) } }
        }
    }

    /// How each receiver stands, by name.
    public func figures() async -> [String: DeliveryFigures] {
        var figures: [String: DeliveryFigures] = [:]
        for (name, desk) in desks { figures[name] = await desk.figures }
        return figures
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
}

/// What is counted of one receiver.
public struct DeliveryFigures: Hashable, Sendable {
    public var delivered = 0
    public var failed = 0
    public var refused = 0
    /// Alerts that were given up, as too many waited.
    public var dropped = 0
    /// Groups that wait.
    public var depth = 0
    /// How long the oldest of them has waited.
    public var oldestAge: Duration?

    public init() {}
}
