// SPDX-License-Identifier: Apache-2.0
import Alerting
import Vocabulary

extension Message {
    /// What templates read. `escape` makes label and annotation values safe for where the text goes: they come from
    /// tenants, while a template's own text is meant as it is.
    func data(escaping escape: ((String) -> String)? = nil) -> NotificationData {
        func safe(_ labels: Labels) -> Labels {
            guard let escape else { return labels }
            return Labels(labels.all.map { Label($0.name, escape($0.value)) })
        }
        var data = NotificationData()
        data.receiver = receiver
        data.status = isFiring ? "firing" : "resolved"
        data.alerts = alerts.map { alert in
            NotificationData.Entry(
                status: alert.state == .resolved ? "resolved" : "firing", labels: safe(alert.labels),
                annotations: safe(alert.annotations), startsAt: alert.firedAt ?? alert.activeAt,
                endsAt: alert.resolvedAt, generatorURL: alert.generatorURL(externalURL),
                fingerprint: alert.labels.fingerprint)
        }
        data.groupLabels = safe(groupLabels)
        data.commonLabels = safe(.common(to: alerts.map(\.labels)))
        data.commonAnnotations = safe(.common(to: alerts.map(\.annotations)))
        data.externalURL = externalURL
        return data
    }

    /// The message about one of its alerts alone.
    func about(_ alert: Alert) -> Message {
        Message(
            receiver: receiver, groupLabels: groupLabels, routeKey: routeKey, alerts: [alert],
            externalURL: externalURL)
    }

    /// What is told where a template fails: `[FIRING] DomainCrashed (2 alerts)`.
    var plainText: String {
        let names = Set(alerts.map { $0.name.cut(to: 100) }).sorted().prefix(5).joined(separator: ", ")
        let count = alerts.count == 1 ? "1 alert" : "\(alerts.count) alerts"
        return "[\(isFiring ? "FIRING" : "RESOLVED")] \(names) (\(count))"
    }

    /// The same, with what became of the template.
    func plainText(_ problem: String) -> String { "\(plainText) (a template of receiver \(receiver) \(problem))" }
}

extension Alert {
    /// Where its expression is shown.
    func generatorURL(_ externalURL: String) -> String {
        externalURL + "/graph?g0.expr=" + expression.urlQueryEscaped + "&g0.tab=1"
    }
}

extension String {
    /// The first `count` characters of Unicode; when there are more, the last is `…`.
    func cut(to count: Int) -> String {
        // No text has more scalars than bytes.
        guard utf8.count > count, unicodeScalars.count > count else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
    }

    /// On one line, without control characters and bidirectional overrides.
    var onOneLine: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
            case .format: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }

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
