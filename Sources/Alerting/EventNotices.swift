// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Which events a receiver is told of.
public struct EventRoute: Sendable {
    /// Over the labels `event`, `detail`, `host`, `object`, `name`, `uuid`, and `domain` where it is one.
    public let matchers: AlertMatchers
    public let receiver: String
    /// What the same domain tells again within this time is counted, and told at its end.
    public let rest: Duration

    public init(matchers: AlertMatchers, receiver: String, rest: Duration = .seconds(300)) {
        self.matchers = matchers
        self.receiver = receiver
        self.rest = rest
    }
}

/// Makes alerts of events that are told once: the first of its kind at once, what repeats it as a count. Pure.
public struct EventNotices: Sendable {
    public struct Notice: Hashable, Sendable {
        public let receiver: String
        public let alert: Alert
    }

    private struct Key: Hashable {
        let receiver: String
        let labels: Labels
    }

    /// What has happened since it was told last.
    private struct Kept {
        let rest: Duration
        var until: Duration
        var count = 0
        var first: Timestamp?
        var last: EventRecord
    }

    private struct Burst {
        var until = Duration.zero
        var used = 0
    }

    /// What one receiver is told by name within a route's rest; others of the same kind of event share a count.
    public static let mostNamed = 20

    private let routes: [EventRoute]
    /// Whether alerts carry the label `host`.
    private let namesHosts: Bool
    private var kept: [Key: Kept] = [:]
    private var bursts: [String: Burst] = [:]

    public init(_ routes: [EventRoute] = [], namesHosts: Bool = false) {
        self.routes = routes
        self.namesHosts = namesHosts
    }

    public var isIdle: Bool { kept.isEmpty }

    /// What is told at once of an event.
    public mutating func hear(_ event: EventRecord, now: Duration) -> [Notice] {
        guard !routes.isEmpty else { return [] }
        let labels = event.matchable
        var told: Set<String> = []
        var notices: [Notice] = []
        for route in routes where route.matchers.matches(labels) && told.insert(route.receiver).inserted {
            if let notice = hear(event, route, now) { notices.append(notice) }
        }
        return notices
    }

    private mutating func hear(_ event: EventRecord, _ route: EventRoute, _ now: Duration) -> Notice? {
        var key = Key(receiver: route.receiver, labels: event.alertLabels(namesHosts))
        if kept[key] == nil, !mayName(route, now) {
            key = Key(receiver: route.receiver, labels: event.kindLabels)
        }
        if var before = kept[key] {
            before.count += 1
            before.first = before.first ?? Timestamp(rfc3339: event.time)
            before.last = event
            kept[key] = before
            return nil
        }
        let fresh = Kept(rest: route.rest, until: now + route.rest, last: event)
        kept[key] = fresh
        return Notice(receiver: route.receiver, alert: Self.alert(key.labels, fresh, count: 1))
    }

    private mutating func mayName(_ route: EventRoute, _ now: Duration) -> Bool {
        var burst = bursts[route.receiver] ?? Burst()
        if burst.until <= now { burst = Burst(until: now + route.rest) }
        burst.used += 1
        bursts[route.receiver] = burst
        return burst.used <= Self.mostNamed
    }

    /// What is told at `now` of events that were counted. `isEnd`: whatever the time is.
    public mutating func due(now: Duration, isEnd: Bool = false) -> [Notice] {
        var notices: [Notice] = []
        for (key, entry) in kept where isEnd || entry.until <= now {
            guard entry.count > 0 else {
                kept[key] = nil
                continue
            }
            notices.append(Notice(receiver: key.receiver, alert: Self.alert(key.labels, entry, count: entry.count)))
            kept[key] = Kept(rest: entry.rest, until: now + entry.rest, last: entry.last)
        }
        return notices.sorted { $0.alert.labels.description < $1.alert.labels.description }
    }

    private static func alert(_ labels: Labels, _ kept: Kept, count: Int) -> Alert {
        let event = kept.last
        let time = Timestamp(rfc3339: event.time) ?? Timestamp(milliseconds: 0)
        let subject = labels["domain"] ?? labels["name"] ?? "several, \(event.name) the last of them"
        let times = count == 1 ? "" : ", \(count) times since \((kept.first ?? time).rfc3339)"
        let annotations = [
            Label("summary", "\(subject.asOneLine): \(event.kind) \(event.detail)\(times)"),
            Label("count", "\(count)"), Label("note", event.note.asOneLine),
        ]
        return Alert(
            labels: labels, annotations: Labels(annotations), state: .firing, value: Double(count),
            activeAt: kept.first ?? time, firedAt: kept.first ?? time)
    }
}

extension EventRecord {
    private var isDomain: Bool { object == "domain" }

    /// What routes choose by.
    fileprivate var matchable: Labels {
        Labels([
            Label("event", kind), Label("detail", detail), Label("host", host), Label("object", object),
            Label("name", name), Label("uuid", uuid), Label("domain", isDomain ? name : ""), Label("note", note),
        ])
    }

    fileprivate func alertLabels(_ namesHosts: Bool) -> Labels {
        let subject =
            isDomain ? [Label("domain", name)] : [Label("object", object), Label("name", name)]
        return Labels(
            kindLabels.all + subject + [Label("uuid", uuid), Label("host", namesHosts ? host : "")])
    }

    /// Those of every event of its kind.
    fileprivate var kindLabels: Labels {
        Labels([
            Label("alertname", isDomain ? "DomainEvent" : "ObjectEvent"), Label("event", kind), Label("detail", detail),
        ])
    }
}
