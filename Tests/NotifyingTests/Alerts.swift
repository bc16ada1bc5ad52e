// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Vocabulary

extension Alert {
    /// An alert of a domain, fired at second 0 and, when resolved, ended at second 60.
    static func of(
        _ domain: String, _ state: Alert.State = .firing, name: String = "DomainCrashed", severity: String = "critical"
    ) -> Alert {
        Alert(
            labels: Labels([Label("alertname", name), Label("domain", domain), Label("severity", severity)]),
            annotations: Labels([Label("summary", "\(domain) has crashed")]), state: state, value: 1,
            activeAt: Timestamp(milliseconds: 0), firedAt: Timestamp(milliseconds: 0),
            resolvedAt: state == .resolved ? Timestamp(milliseconds: 60_000) : nil,
            expression: "increase(crashes[5m]) > 0")
    }
}

/// Keeps lines.
final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    func take(_ line: String) { kept.withLock { $0.append(line) } }
}
