// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import WebClient
import YAML

/// A channel that the configuration can name: reads its own keys and no others.
protocol ConfiguredChannel: Channel {
    /// nil, with a problem, when something is wrong.
    static func read(_ reader: inout MappingReader) -> Self?
}

/// The channels that receivers may have, sorted by key: one file each in the folder `Channels` of `Notifying`, which sends,
/// and in that of this module, which reads.
enum ConfiguredChannels {
    static let all: [any ConfiguredChannel.Type] = [
        Exec.self,
        HTTPRequest.self,
        LogLine.self,
        PagerDuty.self,
        Slack.self,
        Teams.self,
        Webhook.self,
    ]
}

/// Values that several channels have.
extension MappingReader {
    /// A template of a message's text; nil when the key is absent or it cannot be read.
    mutating func template(_ key: String) -> MessageTemplate? {
        guard let text = string(key) else { return nil }
        do throws(TemplateError) {
            return try MessageTemplate(parsing: text)
        } catch {
            complain(key, error.description)
            return nil
        }
    }

    /// Templates by names, in their order.
    mutating func templates(_ key: String) -> [(name: String, template: MessageTemplate)] {
        (texts(key) ?? []).compactMap { entry in
            do throws(TemplateError) {
                return (entry.name, try MessageTemplate(parsing: entry.text))
            } catch {
                problems.add("\(path(key)).\(entry.name): \(error.description)", at: entry.value)
                return nil
            }
        }
    }

    /// `url` or `url_file`. A wrong one is not shown: it may hold a token.
    mutating func url(isRequired: Bool = true) -> Secret? {
        let url = secret("url", isRequired: isRequired)
        guard case .text(let text)? = url, !Secret.isURL(text) else { return url }
        complain("url", "expected a URL that begins with http:// or https://")
        return nil
    }

    /// `url`, `timeout`, `headers` and `http_config`; without a URL it is `standard`.
    mutating func target(url standard: Secret? = nil) -> WebTarget? {
        let before = problems.problems.count
        let url = self.url(isRequired: standard == nil) ?? standard
        let timeout = duration("timeout", in: .milliseconds(100) ... .seconds(120)) ?? .seconds(10)
        let headers = self.headers()
        for key in Self.webClientKeys where value(key) != nil {
            complain(key, "belongs into http_config, as in Alertmanager: http_config: {\(key): …}")
        }
        var client = WebClientSettings()
        if var reader = mapping("http_config") {
            client = reader.webClientSettings()
            reader.end()
        }
        guard let url, problems.problems.count == before else { return nil }
        return WebTarget(url: url, timeout: timeout, headers: headers, client: client)
    }

    private mutating func headers() -> [(String, String)] {
        (texts("headers") ?? []).compactMap { entry in
            let isName = !entry.name.isEmpty && entry.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            let isValue = entry.text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
            guard isName, isValue else {
                let what = isName ? "the value holds a control character" : "is no name of a header"
                problems.add("\(path("headers")).\(entry.name.prefix(40)): \(what)", at: entry.key)
                return nil
            }
            return (entry.name, entry.text)
        }
    }
}
