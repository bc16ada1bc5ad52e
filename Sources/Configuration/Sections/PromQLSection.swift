// SPDX-License-Identifier: Apache-2.0
import PromQL
import YAML

/// `promql`: which PromQL rules and queries speak, and how far back clients can ask of everything.
enum PromQLSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("promql") else { return }
        if let major = section.int("compat", in: 2...3) { settings.promql.dialect.version = major == 2 ? .two : .three }
        if let isOn = section.bool("experimental") { settings.promql.dialect.isExperimental = isOn }
        if let history = section.duration("history", in: .zero ... .seconds(30 * 86_400)) {
            settings.promql.history = history
        }
        section.end()
    }
}
