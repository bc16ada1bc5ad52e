// SPDX-License-Identifier: Apache-2.0
import Notifying
import Vocabulary
import YAML

/// `outbox`: how much is kept for each receiver that cannot be told.
enum OutboxSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("outbox") else { return }
        // A single message may have so many alerts, and less room than that for one would be of no use.
        if let count = section.int("max_notifications", in: 1000...200_000) { settings.notifying.limits.alerts = count }
        if let bytes = section.int("max_bytes", in: 1 << 20...1 << 30) { settings.notifying.limits.bytes = bytes }
        if let age = section.duration("max_age", in: .seconds(60) ... .seconds(30 * 86_400)) {
            settings.notifying.limits.age = age
        }
        section.end()
    }
}
