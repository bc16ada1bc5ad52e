// SPDX-License-Identifier: Apache-2.0

/// One alert of one rule: a label set and where it stands.
public struct Alert: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable {
        case pending, firing, resolved
    }

    /// The alert's identity, `alertname` among the labels.
    public var labels: Labels
    public var annotations: Labels
    public var state: State
    public var value: Double
    public var activeAt: Timestamp
    /// When it began to fire; nil while pending.
    public var firedAt: Timestamp?
    /// Since when the expression holds no more, while the alert is kept firing.
    public var keptSince: Timestamp?
    public var resolvedAt: Timestamp?
    /// The rule's expression, for the generator URL.
    public var expression: String

    public init(
        labels: Labels, annotations: Labels, state: State, value: Double, activeAt: Timestamp,
        firedAt: Timestamp? = nil, resolvedAt: Timestamp? = nil, expression: String = ""
    ) {
        self.labels = labels
        self.annotations = annotations
        self.state = state
        self.value = value
        self.activeAt = activeAt
        self.firedAt = firedAt
        keptSince = nil
        self.resolvedAt = resolvedAt
        self.expression = expression
    }

    public var name: String { labels["alertname"] ?? "" }
}
