// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

extension PrometheusJSON {
    /// The answer of `/api/v1/rules`.
    public static func rules(_ groups: [RuleGroupReport], alerts: Bool = true) -> [UInt8] {
        success { writer in
            writer.object { data in
                data.member("groups") { $0.array(groups) { $0.group($1, alerts) } }
            }
        }
    }

    /// The answer of `/api/v1/alerts`.
    public static func alerts(_ alerts: [Alert]) -> [UInt8] {
        success { writer in
            writer.object { data in
                data.member("alerts") { $0.array(alerts) { $0.alert($1) } }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func group(_ group: RuleGroupReport, _ hasAlerts: Bool) {
        object { members in
            members.string("name", group.name)
            members.string("file", group.file)
            members.member("rules") { $0.array(group.rules) { $0.rule($1, hasAlerts) } }
            members.raw("interval", APINumber.seconds(group.interval))
            members.raw("limit", "\(group.limit)")
            members.raw("evaluationTime", APINumber.seconds(group.duration))
            members.string("lastEvaluation", group.lastEvaluation.text)
        }
    }

    private mutating func rule(_ rule: RuleReport, _ hasAlerts: Bool) {
        object { members in
            if case .alert = rule.kind { members.string("state", rule.state) }
            members.string("name", rule.name)
            members.string("query", rule.query)
            switch rule.kind {
            case .record:
                if !rule.labels.isEmpty { members.member("labels") { $0.labels(rule.labels) } }
            case .alert(let hold, let keepFiring, let annotations, let alerts):
                members.raw("duration", APINumber.seconds(hold))
                members.raw("keepFiringFor", APINumber.seconds(keepFiring))
                members.member("labels") { $0.labels(rule.labels) }
                members.member("annotations") { $0.labels(annotations) }
                if hasAlerts { members.member("alerts") { $0.array(alerts) { $0.alert($1) } } }
            }
            members.string("health", rule.health.rawValue)
            if let error = rule.lastError { members.string("lastError", error) }
            members.raw("evaluationTime", APINumber.seconds(rule.duration))
            members.string("lastEvaluation", rule.lastEvaluation.text)
            if case .alert = rule.kind {
                members.string("type", "alerting")
            } else {
                members.string("type", "recording")
            }
        }
    }

    fileprivate mutating func alert(_ alert: Alert) {
        object { members in
            members.member("labels") { $0.labels(alert.labels) }
            members.member("annotations") { $0.labels(alert.annotations) }
            members.string("state", alert.state.rawValue)
            members.string("activeAt", alert.activeAt.rfc3339)
            if let since = alert.keptSince { members.string("keepFiringSince", since.rfc3339) }
            members.string("value", APINumber.scientific(alert.value))
        }
    }
}

extension RuleReport {
    /// The furthest state of its alerts.
    fileprivate var state: String {
        if alerts.contains(where: { $0.state == .firing }) { return "firing" }
        return alerts.isEmpty ? "inactive" : "pending"
    }
}

extension Timestamp? {
    /// What never was is Go's zero time.
    fileprivate var text: String { self?.rfc3339 ?? "0001-01-01T00:00:00Z" }
}
