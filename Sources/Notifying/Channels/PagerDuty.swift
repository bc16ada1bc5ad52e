// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary

/// PagerDuty's Events API v2: an event for each alert, opened and closed under the alert's fingerprint.
///
/// Source: PagerDuty's "Send an alert event".
public struct PagerDuty: Channel {
    public static let key = "pagerduty"
    public static let defaultURL = "https://events.pagerduty.com/v2/enqueue"
    static let longestSummary = 1024
    /// Of one of the details.
    static let longestDetail = 4096

    public enum Severity: String, CaseIterable, Sendable {
        case critical, error, warning, info
    }

    public var target: WebTarget
    public var routingKey: Secret
    public var summary = MessageTexts.summary
    /// What is affected; the domain where the alert has one.
    public var source = MessageTemplate(
        builtIn: "{{ with .CommonLabels.domain }}{{ . }}{{ else }}{{ .ExternalURL }}{{ end }}")
    /// What the values of the label `severity` are to PagerDuty; its own words need no entry.
    public var severities: [String: Severity] = [:]
    public var defaultSeverity = Severity.error
    public var client = "virtwarden"
    public var clientURL = MessageTexts.externalURL
    /// Details besides the labels and annotations.
    public var details: [(name: String, value: MessageTemplate)] = []

    public init(_ routingKey: Secret, target: WebTarget = WebTarget(url: .text(PagerDuty.defaultURL))) {
        self.routingKey = routingKey
        self.target = target
    }

    public var templates: [(key: String, template: MessageTemplate)] {
        [("summary", summary), ("source", source), ("client_url", clientURL)]
            + details.map { ("details.\($0.name)", $0.value) }
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let key = try routingKey.read(as: "routing key")
        var parcels: [Parcel] = []
        for alert in message.alerts {
            parcels.append(.request(try target.request(event(of: alert, message, key).bytes)))
        }
        return parcels
    }

    private func event(of alert: Alert, _ message: Message, _ key: String) -> JSON {
        let isResolved = alert.state == .resolved
        let head: [(String, JSON)] = [
            ("routing_key", .string(key)), ("event_action", isResolved ? "resolve" : "trigger"),
            ("dedup_key", .string(alert.labels.fingerprint)),
        ]
        guard !isResolved else { return .object(head) }
        let own = Rendering(message.about(alert))
        return .object(
            head + [
                ("payload", .object(payload(alert, own))), ("client", .string(client)),
                ("client_url", .string(own.text(clientURL).cut(to: 1024))),
                ("links", .array(links(alert, own.message))),
            ])
    }

    private func payload(_ alert: Alert, _ own: Rendering) -> [(String, JSON)] {
        let source = own.text(source).onOneLine.cut(to: Self.longestSummary)
        let summary = own.text(summary).onOneLine.cut(to: Self.longestSummary)
        return [
            // Neither may be empty.
            ("summary", .string(summary.isEmpty ? own.message.plainText : summary)),
            ("source", .string(source.isEmpty ? "virtwarden" : source)),
            ("severity", .string(severity(of: alert).rawValue)),
            ("timestamp", .string((alert.firedAt ?? alert.activeAt).rfc3339)),
            ("class", .string(alert.name.cut(to: 256))),
            (
                "custom_details",
                .object(
                    [("labels", Self.cut(alert.labels)), ("annotations", Self.cut(alert.annotations))]
                        + details.map { ($0.name, .string(own.text($0.value).cut(to: Self.longestDetail))) })
            ),
        ]
    }

    private func severity(of alert: Alert) -> Severity {
        let label = alert.labels["severity"] ?? ""
        return severities[label] ?? Severity(rawValue: label.lowercased()) ?? defaultSeverity
    }

    private func links(_ alert: Alert, _ message: Message) -> [JSON] {
        [
            ("the expression", alert.generatorURL(message.externalURL)),
            ("runbook", alert.annotations["runbook_url"] ?? ""),
        ]
        .filter { Secret.isURL($0.1) && $0.1.utf8.count <= 2048 }
        .map { ["href": .string($0.1), "text": .string($0.0)] }
    }

    private static func cut(_ labels: Labels) -> JSON {
        .object(labels.all.prefix(64).map { ($0.name, .string($0.value.cut(to: longestDetail))) })
    }
}
