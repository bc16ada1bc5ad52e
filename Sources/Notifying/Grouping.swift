// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// How the alerts of one route become messages: which of them share one, and when it leaves.
///
/// Words and meaning are Alertmanager's. The defaults are not: people want to hear of their own host at once, so the first
/// message of a group waits for nothing, and later ones of it come at most every five seconds.
public struct Grouping: Hashable, Sendable {
    /// Alerts with the same values of these labels are one group; nil makes each alert a group of its own (`...`).
    public var labels: [String]?
    /// How long the first message of a group waits for more alerts.
    public var wait: Duration
    /// How long after a message the group's next one may follow, when something has changed.
    public var interval: Duration
    /// After what time a message is sent again though nothing has changed, while alerts fire.
    public var repeats: Duration

    public init(
        labels: [String]? = ["alertname"], wait: Duration = .zero, interval: Duration = .seconds(5),
        repeats: Duration = .seconds(4 * 3600)
    ) {
        self.labels = labels
        self.wait = wait
        self.interval = interval
        self.repeats = repeats
    }

    /// The labels that make the group of an alert.
    func key(of alert: Labels) -> Labels {
        labels.map { alert.keeping($0) } ?? alert
    }
}
