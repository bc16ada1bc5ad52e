// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import YAML

/// `routes`: which receiver is told of which alerts; the first that matches decides.
enum RoutesSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        let known = settings.notifying.receivers.map(\.name)
        settings.notifying.routes = (reader.mappings("routes") ?? []).compactMap { entry in
            var entry = entry
            let matchers = entry.matchers("match")
            let receiver = entry.required("to")
            let goesOn = entry.bool("continue") ?? false
            if let receiver, !known.contains(receiver) {
                let hint = Suggestion.nearest(to: receiver, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                entry.complain("to", "there is no receiver \"\(receiver)\"\(hint)")
            }
            entry.end()
            guard let receiver, let matchers else { return nil }
            return Route(matchers: matchers, receiver: receiver, goesOn: goesOn)
        }
    }
}

extension MappingReader {
    /// Alertmanager's matchers, all of which must hold; an absent key is an empty list. nil when one is wrong.
    mutating func matchers(_ key: String) -> AlertMatchers? {
        do throws(MatcherError) {
            return try AlertMatchers(parsing: strings(key) ?? [])
        } catch {
            complain(key, error.description)
            return nil
        }
    }
}
