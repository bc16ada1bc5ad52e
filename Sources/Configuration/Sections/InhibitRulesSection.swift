// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import YAML

/// `inhibit_rules`: which alerts are not told while which others fire.
enum InhibitRulesSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        settings.notifying.inhibitions = (reader.mappings("inhibit_rules") ?? []).compactMap { entry in
            var entry = entry
            let source = entry.matchers("source_matchers")
            let target = entry.matchers("target_matchers")
            let equal = entry.strings("equal") ?? []
            for (key, matchers) in [("source_matchers", source), ("target_matchers", target)] {
                if let matchers, matchers.texts.isEmpty { entry.complain(key, "is empty; name what it matches") }
            }
            entry.end()
            guard let source, let target else { return nil }
            return InhibitRule(source: source, target: target, equal: equal)
        }
    }
}
