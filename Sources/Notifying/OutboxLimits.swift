// SPDX-License-Identifier: Apache-2.0

/// How much is kept for one receiver that cannot be told.
public struct OutboxLimits: Hashable, Sendable {
    /// Alerts, those that it has been told of and that still fire among them.
    public var alerts: Int
    /// What they take in memory, roughly.
    public var bytes: Int
    /// How long the end of an alert, or a notice, waits. An alert that still fires waits for as long as it does.
    public var age: Duration
    /// Alerts in one message; the rest follows in another.
    public var message: Int

    public init(
        alerts: Int = 20_000, bytes: Int = 64 << 20, age: Duration = .seconds(3 * 86_400), message: Int = 1000
    ) {
        self.alerts = alerts
        self.bytes = bytes
        self.age = age
        self.message = message
    }
}

/// Why an alert was given up before a receiver was told of it.
public enum GiveUpReason: String, CaseIterable, Sendable {
    /// Too many, or too large ones, waited.
    case count, bytes
    /// It was over for longer than is waited.
    case age
    /// The receiver will never take it.
    case refused
}
