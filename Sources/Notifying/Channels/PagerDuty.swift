// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// PagerDuty's Events API v2: one event an alert, whose fingerprint is the key under which it is resolved.
///
/// Source: PagerDuty's documentation of `/v2/enqueue`: a summary has 1,024 characters at most.
public struct PagerDuty: Channel {
    public static let key = "pagerduty"
    /// Where events go unless the settings name another place.
    public static let address = "https://events.pagerduty.com/v2/enqueue"
    public let endpoint: Endpoint
    /// The file whose first line is the integration's key.
    public let routingKeyFile: String
    /// For alerts whose label `severity` is none of PagerDuty's.
    public let severity: Severity

    /// PagerDuty's own.
    public enum Severity: String, CaseIterable, Encodable, Sendable {
        case critical, error, warning, info
    }

    private static let longestSummary = 1024

    public init(_ endpoint: Endpoint, routingKeyFile: String, severity: Severity = .error) {
        self.endpoint = endpoint
        self.routingKeyFile = routingKeyFile
        self.severity = severity
    }

    private struct Event: Encodable {
        let routing_key: String
        let event_action: String
        let dedup_key: String
        let client = "virtwarden"
        let client_url: String?
        let payload: Payload?
    }

    private struct Payload: Encodable {
        let summary: String
        let source: String
        let severity: Severity
        let timestamp: String
        let component: String?
        let group: String?
        let custom_details: [String: String]
    }

    public func parcels(for message: Message) throws(ChannelError) -> [Parcel] {
        let key = try Endpoint.firstLine(of: routingKeyFile, holding: "routing key")
        var parcels: [Parcel] = []
        for alert in message.alerts {
            let isFiring = alert.state == .firing
            let event = Event(
                routing_key: key, event_action: isFiring ? "trigger" : "resolve",
                dedup_key: alert.labels.fingerprint,
                client_url: message.externalURL.isEmpty ? nil : message.externalURL,
                payload: isFiring ? payload(alert) : nil)
            parcels.append(try endpoint.post(event.asJSON))
        }
        return parcels
    }

    private func payload(_ alert: Alert) -> Payload {
        let text = alert.annotations["summary"] ?? "\(alert.name) \(alert.labels["domain"] ?? "")"
        return Payload(
            summary: text.asOneLine.cut(to: Self.longestSummary),
            source: alert.labels["host"] ?? alert.labels["instance"] ?? "virtwarden",
            severity: alert.labels["severity"].flatMap(Severity.init) ?? severity,
            timestamp: (alert.firedAt ?? alert.activeAt).rfc3339, component: alert.labels["domain"], group: alert.name,
            custom_details: Dictionary(
                (alert.annotations.all + alert.labels.all).map { ($0.name, $0.value) },
                uniquingKeysWith: { _, last in last }
            ))
    }
}
