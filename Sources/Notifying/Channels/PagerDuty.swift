// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary
public import WebClient

/// PagerDuty's Events API v2: an event for each alert, opened and closed under the alert's fingerprint.
///
/// Source: PagerDuty's "Send an alert event".
public struct PagerDuty: Channel {
    public static let key = "pagerduty"
    public static let defaultURL = "https://events.pagerduty.com/v2/enqueue"
    static let longestSummary = 1024
    /// Of one of the details; and of an event as a whole, of which PagerDuty takes 512 kB.
    static let longestDetail = 4096
    static let longestEvent = 500_000

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

    public var destination: WebTarget? { target }

    public func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
        let key: String
        do throws(SecretError) {
            key = try routingKey.read(as: "routing key")
        } catch {
            throw ChannelError(error.description)
        }
        var parcels: [Parcel] = []
        for alert in message.alerts {
            let own = Rendering(message.about(alert), complain: complain)
            parcels.append(.request(try target.request(body(of: alert, own, key))))
        }
        return parcels
    }

    /// An event that PagerDuty takes: with details cut shorter until it does.
    private func body(of alert: Alert, _ own: Rendering, _ key: String) -> [UInt8] {
        var longest = Self.longestDetail
        var body = event(of: alert, own, key, longest).bytes
        while body.count > Self.longestEvent, longest > 16 {
            longest /= 4
            body = event(of: alert, own, key, longest).bytes
        }
        return body
    }

    private func event(of alert: Alert, _ own: Rendering, _ key: String, _ longest: Int) -> JSON {
        let isResolved = alert.state == .resolved
        let head: [(String, JSON)] = [
            ("routing_key", .string(key)), ("event_action", isResolved ? "resolve" : "trigger"),
            ("dedup_key", .string(alert.labels.fingerprint)),
        ]
        guard !isResolved else { return .object(head) }
        return .object(
            head + [
                ("payload", .object(payload(alert, own, longest))), ("client", .string(client)),
                ("client_url", .string(own.text(clientURL, of: "client_url").cut(to: 1024))),
                ("links", .array(links(alert, own.message))),
            ])
    }

    private func payload(_ alert: Alert, _ own: Rendering, _ longest: Int) -> [(String, JSON)] {
        let source = own.text(source, of: "source").onOneLine.cut(to: Self.longestSummary)
        let summary = own.text(summary, of: "summary").onOneLine.cut(to: Self.longestSummary)
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
                    [("labels", alert.labels.cut(to: longest)), ("annotations", alert.annotations.cut(to: longest))]
                        + details.map {
                            ($0.name, .string(own.text($0.value, of: "details.\($0.name)").cut(to: longest)))
                        })
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
}

extension Labels {
    fileprivate func cut(to longest: Int) -> JSON {
        .object(all.prefix(64).map { ($0.name.cut(to: 128), .string($0.value.cut(to: longest))) })
    }
}
