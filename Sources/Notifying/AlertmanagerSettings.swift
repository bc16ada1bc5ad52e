// SPDX-License-Identifier: Apache-2.0
public import Alerting
public import Vocabulary
public import WebClient

/// One Alertmanager, which is told of every alert.
public struct AlertmanagerTarget: Sendable {
    /// What metrics and log call it: unique, and no secret.
    public let name: String
    /// Without `/api/v2/alerts`.
    public let url: String
    /// For one request as a whole.
    public let timeout: Duration
    public let client: WebClientSettings
    /// Applied after those of all targets.
    public let relabelling: [Relabelling]

    public init(
        name: String, url: String, timeout: Duration = .seconds(10), client: WebClientSettings = WebClientSettings(),
        relabelling: [Relabelling] = []
    ) {
        self.name = name
        self.url = url
        self.timeout = timeout
        self.client = client
        self.relabelling = relabelling
    }
}

/// What the configuration says of Alertmanagers.
public struct AlertmanagerSettings: Sendable {
    public var targets: [AlertmanagerTarget]
    /// Labels that every alert gets unless it has them.
    public var externalLabels: Labels
    public var relabelling: [Relabelling]
    public var externalURL: String

    public init(
        targets: [AlertmanagerTarget] = [], externalLabels: Labels = .none, relabelling: [Relabelling] = [],
        externalURL: String = ""
    ) {
        self.targets = targets
        self.externalLabels = externalLabels
        self.relabelling = relabelling
        self.externalURL = externalURL
    }

    /// The labels that a target is told; nil when the alert is not for it.
    func labels(of alert: Alert, for target: AlertmanagerTarget) -> Labels? {
        let labels = externalLabels.merging(alert.labels)
        return Relabelling.apply(relabelling + target.relabelling, to: labels).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// An alert that fires, or was resolved lately, and how often its rule is evaluated.
public struct StandingAlert: Hashable, Sendable {
    public let alert: Alert
    public let interval: Duration

    public init(alert: Alert, interval: Duration) {
        self.alert = alert
        self.interval = interval
    }
}
