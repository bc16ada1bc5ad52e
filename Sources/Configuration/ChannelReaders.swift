// SPDX-License-Identifier: Apache-2.0
import Notifying
import WebClient
import YAML

/// How a receiver's channel is read: each has one of these keys.
enum ChannelReaders {
    private static let all: [(key: String, read: @Sendable (inout MappingReader) -> (any Channel)?)] = [
        (PagerDuty.key, { pagerDuty(&$0) }),
        (
            Slack.key,
            { reader in
                let channel = reader.string("channel")
                return reader.endpoint().map { Slack($0, channel: channel) }
            }
        ),
        (Teams.key, { $0.endpoint().map { Teams($0) } }),
        (Webhook.key, { $0.endpoint().map { Webhook($0) } }),
    ]

    /// The channel of a receiver; nil, and complained of, when there is none, or several.
    static func channel(of entry: inout MappingReader) -> (any Channel)? {
        var found: (any Channel)?
        var keys: [String] = []
        for (key, read) in all where entry.value(key) != nil {
            keys.append(key)
            guard var reader = entry.mapping(key) else { continue }
            found = read(&reader)
            reader.end()
        }
        if keys.isEmpty {
            let known = all.map(\.key).joined(separator: ", ")
            entry.problems.add("\(entry.name): has no channel; give it one of: \(known)", at: entry.node)
        } else if keys.count > 1 {
            entry.complain(keys[1], "\(keys[0]) is there too; a receiver has one channel, make two receivers of it")
            return nil
        }
        return found
    }

    private static func pagerDuty(_ reader: inout MappingReader) -> (any Channel)? {
        let file = reader.path(of: "routing_key_file")
        let severities = PagerDuty.Severity.allCases.map(\.rawValue).joined(separator: ", ")
        let severity = reader.value("severity", expected: "one of \(severities)") { PagerDuty.Severity(rawValue: $0) }
        let endpoint = reader.endpoint(orElse: PagerDuty.address)
        guard let file else {
            if reader.value("routing_key_file") == nil {
                reader.problems.add("\(reader.name): needs routing_key_file", at: reader.node)
            }
            return nil
        }
        return endpoint.map { PagerDuty($0, routingKeyFile: file, severity: severity ?? .error) }
    }
}

extension MappingReader {
    /// `url` or `url_file`, `timeout`, and how the server is reached in `http_config`.
    fileprivate mutating func endpoint(orElse known: String? = nil) -> Endpoint? {
        // A URL may be a secret: what is wrong with one is said without it.
        let url = hidden("url", expected: "a URL that begins with http:// or https://") { text in
            text.hasPrefix("http://") || text.hasPrefix("https://") ? text : nil
        }
        let file = path(of: "url_file")
        let timeout = duration("timeout", in: .milliseconds(100) ... .seconds(120)) ?? .seconds(10)
        var client = WebClientSettings()
        if var reader = mapping("http_config") {
            client = reader.webClientSettings()
            reader.end()
        }
        switch (url, file) {
        case (let url?, nil): return Endpoint(address: .url(url), timeout: timeout, client: client)
        case (nil, let file?): return Endpoint(address: .file(file), timeout: timeout, client: client)
        case (.some, .some):
            complain("url_file", "url is there too; keep one of them")
            return nil
        case (nil, nil):
            guard value("url") == nil, value("url_file") == nil else { return nil }
            if let known { return Endpoint(address: .url(known), timeout: timeout, client: client) }
            problems.add("\(name): needs url or url_file", at: node)
            return nil
        }
    }
}
