// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary

/// Whom an alert is told: routes are tried in order, and the first that matches decides unless it says to go on.
public struct Route: Sendable {
    public let matchers: AlertMatchers
    public let receiver: String
    /// Whether the routes after it are tried too.
    public let goesOn: Bool

    public init(matchers: AlertMatchers, receiver: String, goesOn: Bool = false) {
        self.matchers = matchers
        self.receiver = receiver
        self.goesOn = goesOn
    }
}

/// One who is told.
public struct Receiver: Sendable {
    public let name: String
    public let channel: any Channel

    public init(name: String, channel: any Channel) {
        self.name = name
        self.channel = channel
    }
}

/// What the configuration says of notifying.
public struct NotifierSettings: Sendable {
    public var receivers: [Receiver]
    /// Without routes, every receiver is told of every alert.
    public var routes: [Route]
    public var externalURL: String

    public init(receivers: [Receiver] = [], routes: [Route] = [], externalURL: String = "") {
        self.receivers = receivers
        self.routes = routes
        self.externalURL = externalURL
    }

    /// The receivers of an alert with these labels, each once, and the matchers that led there.
    func destinations(of labels: Labels) -> [(receiver: String, routeText: String)] {
        guard !routes.isEmpty else { return receivers.map { ($0.name, "") } }
        var found: [(receiver: String, routeText: String)] = []
        for route in routes where route.matchers.matches(labels) {
            if !found.contains(where: { $0.receiver == route.receiver }) {
                found.append((route.receiver, route.matchers.texts.joined(separator: ",")))
            }
            if !route.goesOn { break }
        }
        return found
    }
}
