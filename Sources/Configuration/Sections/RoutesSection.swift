// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import YAML

/// `routes`: which receiver is told of which alerts, and how they become messages; the first that matches decides.
enum RoutesSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        let known = settings.notifying.receivers.map(\.name)
        settings.notifying.routes = (reader.mappings("routes") ?? []).compactMap { entry in
            var entry = entry
            let matchers = entry.matchers("match")
            let receiver = entry.required("to")
            let goesOn = entry.bool("continue") ?? false
            let grouping = entry.grouping()
            if let receiver, !known.contains(receiver) {
                let hint = Suggestion.nearest(to: receiver, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                entry.complain("to", "there is no receiver \"\(receiver)\"\(hint)")
            }
            if entry.value("routes") != nil {
                entry.complain("routes", "routes are not nested here; use continue, or send alerts to an Alertmanager")
            }
            entry.end()
            guard let receiver, let matchers else { return nil }
            return Route(matchers: matchers, receiver: receiver, goesOn: goesOn, grouping: grouping)
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

    fileprivate mutating func grouping() -> Grouping {
        var grouping = Grouping()
        if let labels = strings("group_by") {
            if labels.contains("..."), labels.count > 1 {
                complain("group_by", "\"...\" stands for all labels; name no other beside it")
            }
            grouping.labels = labels == ["..."] ? nil : labels
        }
        if let wait = duration("group_wait", in: .zero ... .seconds(3600)) { grouping.wait = wait }
        if let interval = duration("group_interval", in: .zero ... .seconds(86_400)) { grouping.interval = interval }
        if let repeats = duration("repeat_interval", in: .seconds(10) ... .seconds(365 * 86_400)) {
            grouping.repeats = repeats
        }
        return grouping
    }
}
