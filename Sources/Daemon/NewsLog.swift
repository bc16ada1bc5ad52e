// SPDX-License-Identifier: Apache-2.0
import Alerting
import Libvirt
import Logging
import Notifying
import Remediation
import Vocabulary

/// How each piece of news reads in the log: one line.
enum NewsLog {
    /// Events that come often and in good order.
    private static let quietKinds: Set<String> = [
        "balloon_change", "graphics", "migration_iteration", "rtc_change", "tray_change", "tunable",
    ]
    private static let quietFamilies: Set<String> = ["refresh", "update"]

    static func write(_ news: News, to log: Logger) {
        switch news {
        case .event(let event):
            var fields: Logger.Metadata = ["event": "\(event.kind)", "detail": "\(event.detail)"]
            if !event.note.isEmpty { fields["note"] = "\(event.note)" }
            let level: Logger.Level = quietKinds.contains(event.kind) ? .debug : .info
            log.log(level: level, "event", metadata: fields.of(event.domain))
        case .finding(let finding):
            let now = finding.now?.description ?? "gone"
            log.notice(
                "changed without an event",
                metadata: ["before": "\(finding.before)", "now": "\(now)"].of(finding.domain))
        case .object(let news):
            var fields: Logger.Metadata = ["event": "\(news.event.family)", "detail": "\(news.event.detail)"]
            fields["host"] = "\(news.host)"
            if !news.event.name.isEmpty { fields[news.event.kind.rawValue] = "\(news.event.name)" }
            let level: Logger.Level = quietFamilies.contains(news.event.family) ? .debug : .info
            log.log(level: level, "\(news.event.kind.rawValue) event", metadata: fields)
        case .alert(let change): write(change, to: log)
        case .decision(let decision): write(decision, to: log)
        case .delivery(let delivery): write(delivery, to: log)
        }
    }

    private static func write(_ change: AlertChange, to log: Logger) {
        let alert = change.alert
        let level: Logger.Level = alert.state == .firing ? .warning : alert.state == .pending ? .debug : .notice
        log.log(level: level, "alert \(alert.state.rawValue)", metadata: ["alert": "\(alert.labels)"])
    }

    private static func write(_ decision: Decision, to log: Logger) {
        var fields: Logger.Metadata = [
            "cause": "\(decision.cause.rawValue)", "confidence": "\(decision.confidence.rawValue)",
            "outcome": "\(decision.outcome.rawValue)", "reason": "\(decision.reason)",
            "evidence": "\(decision.evidence)", "incident": "\(decision.incident)",
        ]
        if let action = decision.action { fields["action"] = "\(action)" }
        if let policy = decision.policy { fields["policy"] = "\(policy)" }
        let level: Logger.Level =
            switch decision.outcome {
            case .failed, .gaveUp, .refused: .warning
            case .acted, .succeeded, .wouldAct: .notice
            case .leftAlone, .held: .info
            }
        log.log(level: level, "decision", metadata: fields.of(decision.domain))
    }

    private static func write(_ delivery: Delivery, to log: Logger) {
        let fields: Logger.Metadata = [
            "receiver": "\(delivery.receiver)", "alerts": "\(delivery.alerts)",
            "names": "\(delivery.alertNames.prefix(5).joined(separator: ","))",
        ]
        for complaint in delivery.complaints {
            log.warning(
                "a template is of no use for this: a replacement is told",
                metadata: fields.merging(["reason": "\(complaint)"]) { $1 })
        }
        switch delivery.result {
        case .delivered:
            let level: Logger.Level = delivery.failuresBefore > 0 ? .notice : .debug
            log.log(level: level, "told", metadata: fields)
        case .failed(let reason, let delay):
            // Said at the first failure; that it goes on is told by the metrics.
            let level: Logger.Level = delivery.failuresBefore == 0 ? .warning : .debug
            let wait = DurationText.format(delay)
            log.log(
                level: level, "not told yet",
                metadata: fields.merging(["reason": "\(reason)", "again_in": "\(wait)"]) { $1 })
        case .refused(let reason):
            log.error("not told: refused for good", metadata: fields.merging(["reason": "\(reason)"]) { $1 })
        }
    }
}

extension Logger.Metadata {
    fileprivate func of(_ domain: DomainIdentity) -> Logger.Metadata {
        merging(["domain": "\(domain.name)", "host": "\(domain.connection)"]) { $1 }
    }
}
