// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import Vocabulary
import WebClient
import YAML

/// `alertmanagers`: those that are told of every alert; `external_labels` and `alert_relabel_configs`: what becomes of the
/// labels on the way.
enum AlertmanagersSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        settings.alertmanagers.externalLabels = reader.externalLabels()
        settings.alertmanagers.relabelling = reader.relabelling("alert_relabel_configs")
        var names: Set<String> = []
        settings.alertmanagers.targets = (reader.mappings("alertmanagers") ?? []).compactMap { entry in
            var entry = entry
            let target = entry.alertmanager()
            entry.end()
            if let target, !names.insert(target.name).inserted {
                entry.problems.add("\(entry.name): \(target.name) is there twice; give each a name", at: entry.node)
            }
            return target
        }
    }
}

extension MappingReader {
    fileprivate mutating func alertmanager() -> AlertmanagerTarget? {
        let address = hidden("url", expected: "a URL such as http://alerts.example:9093, without ? and #") { text in
            text.contains("?") || text.contains("#") ? nil : WebAddress.hostAndPort(of: text).map { (text, $0) }
        }
        if value("url") == nil { complain("url", "is missing") }
        let prefix = value("path_prefix", expected: "a path such as /alertmanager") { text in
            text.hasPrefix("/") && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3F && $0 != 0x23 }
                ? text : nil
        }
        let name = value("name", expected: "a name of up to 100 characters") { text in
            text.isEmpty || text.count > 100 || text.asOneLine != text ? nil : text
        }
        let timeout = duration("timeout", in: .milliseconds(100) ... .seconds(120)) ?? .seconds(10)
        let relabelling = relabelling("alert_relabel_configs")
        let client = webClientSettings()
        if value("http_config") != nil {
            complain(
                "http_config", "its keys (basic_auth, tls_config and so on) stand beside url here, as in Prometheus")
        }
        guard let (url, host) = address else { return nil }
        return AlertmanagerTarget(
            name: name ?? host, url: url.withoutLastSlashes + (prefix ?? "").withoutLastSlashes, timeout: timeout,
            client: client, relabelling: relabelling)
    }

    fileprivate mutating func externalLabels() -> Labels {
        var labels: [Label] = []
        for entry in texts("external_labels") ?? [] {
            if !entry.name.isLabelName || entry.name == Labels.metricName {
                problems.add("external_labels: \"\(entry.name.prefix(80))\" is no name of a label", at: entry.key)
            }
            labels.append(Label(entry.name, entry.text))
        }
        return Labels(labels)
    }

    /// Prometheus's `relabel_configs`; those that are wrong are left out.
    fileprivate mutating func relabelling(_ key: String) -> [Relabelling] {
        (mappings(key) ?? []).compactMap { entry in
            var entry = entry
            let step = entry.relabelling()
            entry.end()
            return step
        }
    }

    private mutating func relabelling() -> Relabelling? {
        let action = word("action", Relabelling.Action.self) ?? .replace
        let sources = strings("source_labels") ?? []
        for source in sources where !source.isLabelName {
            complain("source_labels", "\"\(source.prefix(80))\" is no name of a label")
        }
        let separator = string("separator") ?? ";"
        let target = string("target_label") ?? ""
        if action.needsTarget, target.isEmpty { complain("target_label", "is missing; \(action.rawValue) needs it") }
        if action.needsTarget, !target.isEmpty, !target.isLabelName, action != .replace || !target.contains("$") {
            complain("target_label", "\"\(target.prefix(80))\" is no name of a label")
        }
        let modulus = int("modulus", in: 1...Int.max)
        if action == .hashmod, modulus == nil, value("modulus") == nil { complain("modulus", "is missing") }
        let replacement = string("replacement") ?? "$1"
        let regex = string("regex") ?? "(.*)"
        do throws(RelabellingError) {
            return try Relabelling(
                action, sources: sources, separator: separator, target: target, regex: regex,
                replacement: replacement, modulus: UInt64(modulus ?? 1))
        } catch {
            complain("regex", error.description)
            return nil
        }
    }
}

extension Relabelling.Action {
    fileprivate var needsTarget: Bool {
        switch self {
        case .replace, .keepequal, .dropequal, .hashmod, .lowercase, .uppercase: true
        case .keep, .drop, .labelmap, .labeldrop, .labelkeep: false
        }
    }
}

extension String {
    fileprivate var withoutLastSlashes: String {
        var text = self[...]
        while text.last == "/" { text.removeLast() }
        return String(text)
    }

    fileprivate var isLabelName: Bool {
        guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
