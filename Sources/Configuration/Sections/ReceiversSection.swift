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
            let channel = channel(&entry, settings)
            entry.end()
            guard let name, let channel else { return nil }
            return Receiver(name: name, channel: channel, sendsResolved: sendsResolved)
        }
    }

    /// The only channel of a receiver.
    private static func channel(_ entry: inout MappingReader, _ settings: Settings) -> (any Channel)? {
        var found: [any ConfiguredChannel.Type] = []
        for type in ConfiguredChannels.all where entry.value(type.key) != nil { found.append(type) }
        guard let type = found.first else {
            let keys = ConfiguredChannels.all.map { $0.key }.joined(separator: ", ")
            entry.problems.add("\(entry.name): has no channel; give it one of: \(keys)", at: entry.node)
            return nil
        }
        if found.count > 1 {
            let keys = found.map { $0.key }.joined(separator: ", ")
            entry.problems.add("\(entry.name): has several channels (\(keys)); make a receiver of each", at: entry.node)
        }
        if type.key == Exec.key { entry.requirePrograms(type.key, settings) }
        guard var reader = entry.mapping(type.key) else { return nil }
        let channel = type.read(&reader)
        reader.end()
        return channel
    }
}
