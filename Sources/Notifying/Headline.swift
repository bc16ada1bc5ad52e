// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Vocabulary

/// A message in words, for people who read it in a chat or on a pager.
struct Headline {
    /// As in Alertmanager's own templates: `[FIRING:2] DomainCrashed (web-1)`.
    let title: String
    /// A line for each alert, firing ones first.
    let lines: [String]

    /// Alerts that have a line of their own; of more, how many is said.
    private static let mostLines = 20
    private static let longestLine = 300

    init(_ message: Message) {
        let firing = message.alerts.filter { $0.state == .firing }
        let resolved = message.alerts.filter { $0.state != .firing }
        let status = firing.isEmpty ? "RESOLVED" : "FIRING:\(firing.count)"
        let common = Labels.common(to: message.alerts.map(\.labels))
        let rest = common.all.filter { message.groupLabels[$0.name] == nil && $0.name != "severity" }.map(\.value)
        let group = message.groupLabels.all.map(\.value).joined(separator: " ")
        let title = "[\(status)] \(group)" + (rest.isEmpty ? "" : " (\(rest.joined(separator: " ")))")
        self.title = title.asOneLine
        let all = firing + resolved
        lines =
            all.prefix(Self.mostLines).map { alert in
                let sign = alert.state == .firing ? "firing" : "resolved"
                let text = alert.annotations["summary"] ?? alert.annotations["description"] ?? "\(alert.labels)"
                return "\(sign): \(text)".asOneLine.cut(to: Self.longestLine)
            } + (all.count > Self.mostLines ? ["and \(all.count - Self.mostLines) more"] : [])
    }
}

extension String {
    /// No longer than `limit` Unicode scalars, the last one a mark that something is missing.
    func cut(to limit: Int) -> String {
        guard unicodeScalars.count > limit else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(limit - 1))) + "…"
    }
}

extension Encodable {
    /// As JSON with sorted keys. For values whose texts and numbers JSON can hold.
    var asJSON: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a body has no JSON") }
        return Array(data)
    }
}
