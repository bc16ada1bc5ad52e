// SPDX-License-Identifier: Apache-2.0
import Web
import YAML

/// `web`: where the pages are served.
enum WebSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        guard var section = reader.mapping("web") else { return }
        if let items = section.items("listen") {
            let problems = section.problems
            if items.isEmpty { section.complain("listen", "is empty; give an address, or leave the key out") }
            var seen: Set<Listener> = []
            settings.web.listen = items.compactMap { item in
                guard let listener = item.node.text.flatMap({ Listener(parsing: $0) }) else {
                    problems.add("\(item.path): expected HOST:PORT, [IPV6]:PORT, :PORT or unix:/PATH", at: item.node)
                    return nil
                }
                if !seen.insert(listener).inserted { problems.add("\(item.path): is there twice", at: item.node) }
                return listener
            }
        }
        settings.web.externalURL = section.value("external_url", expected: "a URL that begins with http:// or https://")
        {
            text in
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        if let timestamps = section.bool("timestamps") { settings.web.timestamps = timestamps }
        if let timeout = section.duration("query_timeout", in: .milliseconds(100) ... .seconds(600)) {
            settings.web.queryTimeout = timeout
        }
        if let allow = section.bool("allow_changes") { settings.web.allowChanges = allow }
        if let most = section.int("max_queries", in: 1...64) { settings.web.maxQueries = most }
        section.end()
    }
}
