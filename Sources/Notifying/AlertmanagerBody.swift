// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import Vocabulary

/// The body of `POST /api/v2/alerts`.
///
/// Source: Alertmanager's OpenAPI, `postableAlerts`. An alert that fires has an end too, in the near future: should the
/// agent be gone, Alertmanager resolves it then.
struct AlertmanagerBody: Encodable {
    private struct Entry: Encodable {
        let labels: [String: String]
        let annotations: [String: String]
        let startsAt: String
        let endsAt: String
        let generatorURL: String
    }

    private let entries: [Entry]

    /// Those of `alerts` that `target` is to be told.
    init(_ alerts: [StandingAlert], for target: AlertmanagerTarget, _ settings: AlertmanagerSettings, now: Timestamp) {
        entries = alerts.compactMap { item in
            let alert = item.alert
            guard let labels = settings.labels(of: alert, for: target) else { return nil }
            let start = alert.firedAt ?? alert.activeAt
            let end = alert.resolvedAt ?? now + max(item.interval, AlertmanagerBook.resend) * 4
            return Entry(
                labels: labels.texts, annotations: alert.annotations.texts, startsAt: start.rfc3339,
                // The clock may have been set back, and Alertmanager takes no alert that ends before it begins.
                endsAt: max(end, start).rfc3339,
                generatorURL: alert.sourceURL(below: settings.externalURL))
        }
    }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(entries)
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // Texts only, which JSON can hold.
        guard let data = try? encoder.encode(self) else { preconditionFailure("alerts have no JSON") }
        return Array(data)
    }
}

extension Labels {
    fileprivate var texts: [String: String] {
        Dictionary(all.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
