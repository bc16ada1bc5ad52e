// SPDX-License-Identifier: Apache-2.0
import Vocabulary
import WebClient

/// Why an attempt to tell a receiver failed, as it is counted.
public enum FailureReason: String, CaseIterable, Sendable {
    /// The receiver's name has no address, or it takes no connection.
    case resolve, connect
    case timeout, tls
    case status3xx = "status_3xx"
    case status4xx = "status_4xx"
    case status429 = "status_429"
    case status5xx = "status_5xx"
    /// An answer that the channel does not take for a yes.
    case answer
    /// What the channel needs, as a file with a secret, is not there.
    case settings
    case other

    init(_ error: WebClientError) {
        self =
            switch error.kind {
            case .resolve: .resolve
            case .connect: .connect
            case .timeout: .timeout
            case .tls: .tls
            case .badURL, .secret: .settings
            default: .other
            }
    }

    init(status: Int) {
        self =
            switch status {
            case 300..<400: .status3xx
            case 429: .status429
            case 400..<500: .status4xx
            case 500..<600: .status5xx
            default: .answer
            }
    }
}

/// How long it took until a receiver was told, from the change of the alert to the answer.
public struct LatencyFigures: Hashable, Sendable {
    public static let bounds: [Double] = [
        0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 86_400,
    ]
    /// For each bound, how many took no longer.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count)
    public private(set) var count = 0
    public private(set) var sum = 0.0

    public init() {}

    public mutating func add(_ latency: Duration) {
        let seconds = max(latency.inSeconds, 0)
        count += 1
        sum += seconds
        for (index, bound) in Self.bounds.enumerated() where seconds <= bound { counts[index] += 1 }
    }
}

/// What is counted of one receiver.
public struct DeliveryFigures: Hashable, Sendable {
    /// Attempts, by how they ended.
    public var delivered = 0
    public var failed = 0
    public var refused = 0
    /// Attempts that failed or were refused, by reason.
    public var failures: [FailureReason: Int] = [:]
    /// Alerts that were given up.
    public var givenUp: [GiveUpReason: Int] = [:]
    /// Groups that wait.
    public var depth = 0
    /// How long the oldest of their alerts has waited.
    public var oldestAge: Duration?
    /// Of each alert that was told.
    public var latency = LatencyFigures()

    public init() {}
}
