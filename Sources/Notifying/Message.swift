// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What one receiver is told at once: the alerts of one group, as they stand.
public struct Message: Hashable, Sendable {
    public let receiver: String
    /// The labels that all alerts of the group share and that make it a group.
    public let groupLabels: Labels
    /// The route that led here, as the group's key has it.
    public let routeKey: String
    /// Firing ones, and those that were resolved since the receiver was last told.
    public let alerts: [Alert]
    /// Where people find the agent.
    public let externalURL: String

    public init(receiver: String, groupLabels: Labels, routeKey: String, alerts: [Alert], externalURL: String) {
        self.receiver = receiver
        self.groupLabels = groupLabels
        self.routeKey = routeKey
        self.alerts = alerts
        self.externalURL = externalURL
    }

    public var isFiring: Bool { alerts.contains { $0.state == .firing } }

    /// As Alertmanager writes it: `{}/{severity="critical"}:{alertname="DomainCrashed"}`.
    public var groupKey: String { "\(routeKey):\(groupLabels)" }
}

extension Labels {
    /// Alertmanager's fingerprint of a label set: FNV-1a, 64 bits, over names and values in order, each ended by 0xFF;
    /// 16 hexadecimal digits.
    public var fingerprint: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for label in all {
            label.name.utf8.forEach(add)
            add(0xFF)
            label.value.utf8.forEach(add)
            add(0xFF)
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The labels that all of `sets` have with the same value.
    static func common(to sets: [Labels]) -> Labels {
        guard let first = sets.first else { return .none }
        return Labels(first.all.filter { label in sets.allSatisfy { $0[label.name] == label.value } })
    }
}
