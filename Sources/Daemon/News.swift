// SPDX-License-Identifier: Apache-2.0
package import Alerting
package import Notifying
package import Remediation
package import Vocabulary

/// One thing that happened, for the log, the counters and whoever shows it.
package enum News: Sendable {
    case event(DomainEvent)
    case finding(DomainFinding)
    case alert(AlertChange)
    case decision(Decision)
    case delivery(Delivery)
}
