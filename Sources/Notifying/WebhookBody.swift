// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Vocabulary

/// The body of Alertmanager's webhooks, version 4.
///
/// Source: Alertmanager's configuration, `webhook_config`. Times are RFC 3339; an alert that fires has the year 1 as its
/// end.
struct WebhookBody: Encodable {
    struct Entry: Encodable {
        let status: String
        let labels: [String: String]
        let annotations: [String: String]
        let startsAt: String
        let endsAt: String
        let generatorURL: String
        let fingerprint: String
    }

    private static let never = "0001-01-01T00:00:00Z"

    let receiver: String
    let status: String
    let alerts: [Entry]
    let groupLabels: [String: String]
    let commonLabels: [String: String]
    let commonAnnotations: [String: String]
    let externalURL: String
    let version = "4"
    let groupKey: String
    let truncatedAlerts = 0

    init(_ message: Message) {
        receiver = message.receiver
        status = message.isFiring ? "firing" : "resolved"
        alerts = message.alerts.map { Entry($0, externalURL: message.externalURL) }
        groupLabels = message.groupLabels.asDictionary
        commonLabels = Labels.common(to: message.alerts.map(\.labels)).asDictionary
        commonAnnotations = Labels.common(to: message.alerts.map(\.annotations)).asDictionary
        externalURL = message.externalURL
        groupKey = message.groupKey
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // Texts and integers only, none of which JSON cannot hold.
        guard let data = try? encoder.encode(self) else { preconditionFailure("a webhook body has no JSON") }
        return Array(data)
    }
}

extension WebhookBody.Entry {
    fileprivate init(_ alert: Alert, externalURL: String) {
        status = alert.state == .resolved ? "resolved" : "firing"
        labels = alert.labels.asDictionary
        annotations = alert.annotations.asDictionary
        startsAt = (alert.firedAt ?? alert.activeAt).rfc3339
        endsAt = alert.resolvedAt?.rfc3339 ?? WebhookBody.never
        generatorURL = externalURL + "/graph?g0.expr=" + alert.expression.urlQueryEscaped + "&g0.tab=1"
        fingerprint = alert.labels.fingerprint
    }

    private static var never: String { WebhookBody.never }
}

extension Labels {
    fileprivate var asDictionary: [String: String] {
        Dictionary(all.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension String {
    /// As Go's `url.QueryEscape`: a space is `+`.
    fileprivate var urlQueryEscaped: String {
        var result = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: " "): result += "+"
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
