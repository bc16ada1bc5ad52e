// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary

/// Whom an alert is told: routes are tried in order, and the first that matches decides unless it says to go on.
public struct Route: Sendable {
    public let matchers: AlertMatchers
    public let receiver: String
    /// Whether the routes after it are tried too.
    public let goesOn: Bool
    public let grouping: Grouping
    /// As Alertmanager writes a route below its root.
    let key: String

    /// Its root, where all alerts are that no route has been written for.
    static let rootKey = "{}"

    public init(matchers: AlertMatchers, receiver: String, goesOn: Bool = false, grouping: Grouping = Grouping()) {
        self.matchers = matchers
        self.receiver = receiver
        self.goesOn = goesOn
        self.grouping = grouping
        let texts = matchers.all.map { matcher in
            (
                matcher.name, matcher.value,
                "\(matcher.name)\(matcher.operation.rawValue)\"\(matcher.value.escapedForLabel)\""
            )
        }
        key = "\(Self.rootKey)/{\(texts.sorted { $0 < $1 }.map(\.2).joined(separator: ","))}"
    }
}

/// One who is told.
public struct Receiver: Sendable {
    public let name: String
    public let channel: any Channel
    /// Whether it is told that alerts are over.
    public let sendsResolved: Bool

    public init(name: String, channel: any Channel, sendsResolved: Bool = true) {
        self.name = name
        self.channel = channel
        self.sendsResolved = sendsResolved
    }
}

/// What the configuration says of notifying.
public struct NotifierSettings: Sendable {
    public var receivers: [Receiver]
    /// Without routes, every receiver is told of every alert.
    public var routes: [Route]
    public var inhibitions: [InhibitRule]
    public var externalURL: String
    public var limits = OutboxLimits()

    public init(
        receivers: [Receiver] = [], routes: [Route] = [], inhibitions: [InhibitRule] = [], externalURL: String = ""
    ) {
        self.receivers = receivers
        self.routes = routes
        self.inhibitions = inhibitions
        self.externalURL = externalURL
    }

    /// Where an alert with these labels goes: to each receiver once, by the first route that leads there.
    func destinations(of labels: Labels) -> [Destination] {
        guard !routes.isEmpty else { return receivers.map { Destination($0.name, Route.rootKey, Grouping(), labels) } }
        var found: [Destination] = []
        for route in routes where route.matchers.matches(labels) {
            if !found.contains(where: { $0.receiver == route.receiver }) {
                found.append(Destination(route.receiver, route.key, route.grouping, labels))
            }
            if !route.goesOn { break }
        }
        return found
    }
}

/// Where an alert goes.
struct Destination {
    let receiver: String
    let group: Backlog.Group
    let grouping: Grouping

    init(_ receiver: String, _ routeKey: String, _ grouping: Grouping, _ labels: Labels) {
        self.receiver = receiver
        group = Backlog.Group(labels: grouping.key(of: labels), routeKey: routeKey)
        self.grouping = grouping
    }
}
