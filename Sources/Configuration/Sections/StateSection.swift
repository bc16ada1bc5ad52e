// SPDX-License-Identifier: Apache-2.0
import YAML

/// `state`: where what must outlive the agent is kept.
enum StateSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("state") else { return }
        settings.stateDirectory = section.path(of: "directory")
        section.end()
    }
}
