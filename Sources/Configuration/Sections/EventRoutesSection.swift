// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import YAML

/// `event_routes`: which receivers are told of which events.
enum EventRoutesSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        let known = settings.notifying.receivers.map(\.name)
        settings.eventRoutes = (reader.mappings("event_routes") ?? []).compactMap { entry in
            var entry = entry
            let matchers = entry.matchers("match")
            let receiver = entry.required("to")
            let rest = entry.duration("repeat_every", in: .seconds(1) ... .seconds(86_400))
            if let receiver, !known.contains(receiver) {
                let hint = Suggestion.nearest(to: receiver, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                entry.complain("to", "there is no receiver \"\(receiver)\"\(hint)")
            }
            entry.end()
            guard let receiver, let matchers else { return nil }
            return EventRoute(matchers: matchers, receiver: receiver, rest: rest ?? .seconds(300))
        }
    }
}
