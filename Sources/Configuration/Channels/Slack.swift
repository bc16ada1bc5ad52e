// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

extension Slack: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> Slack? {
        let channel = reader.string("channel")
        let title = reader.template("title")
        let text = reader.template("text")
        let link = reader.template("link")
        let color = reader.template("color")
        let fields = fields(&reader)
        guard let target = reader.target() else { return nil }
        var slack = Slack(target)
        slack.channel = channel
        if let title { slack.title = title }
        if let text { slack.text = text }
        if let link { slack.link = link }
        slack.color = color
        slack.fields = fields
        return slack
    }

    private static func fields(_ reader: inout MappingReader) -> [Field] {
        let entries = reader.mappings("fields") ?? []
        if entries.count > mostFields { reader.complain("fields", "there are more than \(mostFields)") }
        return entries.compactMap { entry in
            var entry = entry
            let title = entry.required("title")
            let value = entry.required("value") == nil ? nil : entry.template("value")
            let isShort = entry.bool("short") ?? true
            entry.end()
            guard let title, let value else { return nil }
            return Field(title: title, value: value, isShort: isShort)
        }
    }
}
