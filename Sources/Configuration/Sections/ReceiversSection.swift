// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

/// `receivers`: who is told of alerts, each by one channel.
enum ReceiversSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        var names: Set<String> = []
        settings.notifying.receivers = (reader.mappings("receivers") ?? []).compactMap { entry in
            var entry = entry
            let name = entry.required("name")
            let sendsResolved = entry.bool("send_resolved") ?? true
            if let name, !names.insert(name).inserted {
                entry.complain("name", "a receiver called \"\(name)\" is there twice")
            }
            let channel = ChannelReaders.channel(of: &entry)
            entry.end()
            guard let name, let channel else { return nil }
            return Receiver(name: name, channel: channel, sendsResolved: sendsResolved)
        }
    }
}
