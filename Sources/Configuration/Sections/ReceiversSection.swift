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
            let channel: (any Channel)?
            if var webhook = entry.mapping(Webhook.key) {
                channel = Webhook(&webhook)
                webhook.end()
            } else {
                channel = nil
                if entry.value(Webhook.key) == nil {
                    let keys = Channels.all.map { $0.key }.joined(separator: ", ")
                    entry.problems.add("\(entry.name): has no channel; give it one of: \(keys)", at: entry.node)
                }
            }
            entry.end()
            guard let name, let channel else { return nil }
            return Receiver(name: name, channel: channel, sendsResolved: sendsResolved)
        }
    }
}

extension Webhook {
    fileprivate init?(_ reader: inout MappingReader) {
        let url = reader.value("url", expected: "a URL that begins with http:// or https://") { text in
            text.hasPrefix("http://") || text.hasPrefix("https://") ? text : nil
        }
        let file = reader.path(of: "url_file")
        let timeout = reader.duration("timeout", in: .milliseconds(100) ... .seconds(120)) ?? .seconds(10)
        switch (url, file) {
        case (let url?, nil): self.init(address: .url(url), timeout: timeout)
        case (nil, let file?): self.init(address: .file(file), timeout: timeout)
        case (.some, .some):
            reader.complain("url_file", "url is there too; keep one of them")
            return nil
        case (nil, nil):
            if reader.value("url") == nil, reader.value("url_file") == nil {
                reader.problems.add("\(reader.name): needs url or url_file", at: reader.node)
            }
            return nil
        }
    }
}
