// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Tells every Alertmanager of every alert.
///
/// What stands is asked for whenever something is to be told: nothing is lost that still stands, over whatever
/// outage of a target, and over a restart of the agent as far as it keeps its alerts.
public actor Alertmanagers {
    private var settings: AlertmanagerSettings
    private var desks: [String: AlertmanagerDesk] = [:]
    private let world: AlertmanagerWorld

    public init(_ settings: AlertmanagerSettings = AlertmanagerSettings(), _ world: AlertmanagerWorld) {
        self.settings = settings
        self.world = world
        for target in settings.targets {
            desks[target.name] = AlertmanagerDesk(target, settings, world)
        }
    }

    /// Alerts have changed: these, and what stands.
    public func take(_ changed: [Alert]) async {
        let resolved = changed.filter { $0.state == .resolved }
        for desk in desks.values { await desk.wake(resolved: resolved) }
    }

    /// Takes new settings. What a target that stays has to be told is kept.
    public func reload(_ settings: AlertmanagerSettings) async {
        self.settings = settings
        let old = desks
        desks = [:]
        for target in settings.targets {
            desks[target.name] =
                old[target.name] ?? AlertmanagerDesk(target, settings, world)
        }
        for target in settings.targets { await desks[target.name]?.reload(target, settings) }
        for (name, desk) in old where desks[name] == nil { await desk.stop() }
    }

    /// Sends nothing more, after giving what is due up to `grace` to leave.
    public func stop(within grace: Duration) async {
        let desks = desks.values
        await withTaskGroup(of: Void.self) { group in
            for desk in desks { group.addTask { await desk.drain(within: grace) } }
        }
    }

    /// How each target stands, by name.
    public func figures() async -> [String: AlertmanagerFigures] {
        var figures: [String: AlertmanagerFigures] = [:]
        for (name, desk) in desks { figures[name] = await desk.figures }
        return figures
    }
}

/// What those who tell Alertmanagers need to know; all of it returns at once.
public struct AlertmanagerWorld: Sendable {
    public let standing: @Sendable () -> [StandingAlert]
    /// The time of day.
    public let now: @Sendable () -> Timestamp
    /// Is told of every attempt.
    public let report: @Sendable (Delivery) -> Void

    public init(
        standing: @escaping @Sendable () -> [StandingAlert], now: @escaping @Sendable () -> Timestamp,
        report: @escaping @Sendable (Delivery) -> Void
    ) {
        self.standing = standing
        self.now = now
        self.report = report
    }
}

/// What is counted of one Alertmanager.
public struct AlertmanagerFigures: Hashable, Sendable {
    /// The bounds of the histogram's buckets, in seconds.
    public static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Alerts in requests that were taken.
    public var sent = 0
    /// Requests that failed, or were refused.
    public var errors = 0
    /// Alerts that were given up.
    public var dropped = 0
    /// Alerts that wait to be told.
    public var depth = 0
    /// How many requests took up to each bound, how many there were, and how long all took, in seconds.
    public private(set) var buckets = [Int](repeating: 0, count: bounds.count)
    public private(set) var requests = 0
    public private(set) var seconds = 0.0

    public init() {}

    mutating func note(_ duration: Duration) {
        requests += 1
        seconds += duration.inSeconds
        for (index, bound) in Self.bounds.enumerated() where duration.inSeconds <= bound { buckets[index] += 1 }
    }
}
