// SPDX-License-Identifier: Apache-2.0
package import Alerting
package import Notifying
package import Remediation
package import Vocabulary

/// One thing that happened, for the log, the counters and whoever shows it.
package enum News: Sendable {
    case event(DomainEvent)
    case finding(DomainFinding)
    case object(ObjectNews)
    case alert(AlertChange)
    case decision(Decision)
    case delivery(Delivery)

    /// Whether libvirt chooses how often it comes.
    var isEvent: Bool {
        switch self {
        case .event, .object: true
        default: false
        }
    }
}
