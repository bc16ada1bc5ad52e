// SPDX-License-Identifier: Apache-2.0
import Notifying
import WebClient
import YAML

extension PagerDuty: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> PagerDuty? {
        let key = reader.secret("routing_key")
        let target = reader.target(url: .text(defaultURL))
        let summary = reader.template("summary")
        let source = reader.template("source")
        let clientURL = reader.template("client_url")
        let details = reader.templates("details").map { (name: $0.name, value: $0.template) }
        let severities = severities(&reader)
        let defaultSeverity = reader.word("default_severity", Severity.self)
        let client = reader.string("client")
        guard let key, let target else { return nil }
        var channel = PagerDuty(key, target: target)
        if let summary { channel.summary = summary }
        if let source { channel.source = source }
        if let clientURL { channel.clientURL = clientURL }
        if let client { channel.client = client }
        if let defaultSeverity { channel.defaultSeverity = defaultSeverity }
        channel.severities = severities
        channel.details = details
        return channel
    }

    /// `severities`: from values of the label `severity` to PagerDuty's words.
    private static func severities(_ reader: inout MappingReader) -> [String: Severity] {
        var severities: [String: Severity] = [:]
        for entry in reader.texts("severities") ?? [] {
            if let severity = Severity(rawValue: entry.text) {
                severities[entry.name] = severity
            } else {
                let words = Severity.allCases.map(\.rawValue).joined(separator: ", ")
                reader.problems.add(
                    "\(reader.path("severities")).\(entry.name): expected one of \(words)", at: entry.value)
            }
        }
        return severities
    }
}
