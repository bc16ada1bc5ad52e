// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Synchronization
package import Vocabulary

/// The newest events in memory, for whoever asks: a ring of a fixed size, from which the oldest fall out.
package final class EventLog: Sendable {
    private struct State {
        var ring: [EventRecord] = []
        /// The number of the newest entry.
        var last: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    package init(capacity: Int = 2000) {
        self.capacity = capacity
    }

    @discardableResult
    package func note(_ event: DomainEvent) -> EventRecord {
        append { id in
            EventRecord(
                id: id, time: event.time, host: event.domain.connection, object: "domain", name: event.domain.name.cut,
                uuid: event.domain.uuid.description, kind: event.kind.cut, detail: event.detail.cut,
                note: event.note.cut)
        }
    }

    /// A change that no event told of.
    @discardableResult
    package func note(_ finding: DomainFinding) -> EventRecord {
        let now = finding.now?.description ?? "gone"
        return append { id in
            EventRecord(
                id: id, time: finding.time, host: finding.domain.connection, object: "domain",
                name: finding.domain.name.cut, uuid: finding.domain.uuid.description, kind: "finding",
                detail: "\(finding.before) to \(now)", note: "")
        }
    }

    @discardableResult
    package func note(_ news: ObjectNews) -> EventRecord {
        let uuid = news.event.uuid.map { DomainUUID(high: $0.high, low: $0.low).description } ?? ""
        return append { id in
            EventRecord(
                id: id, time: news.time, host: news.host, object: news.event.kind.rawValue, name: news.event.name.cut,
                uuid: uuid, kind: news.event.family.cut, detail: news.event.detail.cut, note: "")
        }
    }

    private func append(_ make: (UInt64) -> EventRecord) -> EventRecord {
        state.withLock { state in
            state.last += 1
            let record = make(state.last)
            if state.ring.count < capacity {
                state.ring.append(record)
            } else {
                state.ring[Int((state.last - 1) % UInt64(capacity))] = record
            }
            return record
        }
    }

    /// The entries after `query.after`, or the newest, that it takes.
    package func page(_ query: EventQuery) -> EventPage {
        state.withLock { state in
            let first = state.last - UInt64(state.ring.count) + 1
            guard let after = query.after else {
                var newest: [EventRecord] = []
                var id = state.last
                while id >= first, newest.count < query.limit {
                    let record = entry(id, state)
                    if query.takes(record) { newest.append(record) }
                    id -= 1
                }
                return EventPage(events: newest.reversed(), last: state.last, lost: 0)
            }
            // A number from before the agent's start, or from another agent, is as good as none.
            let start = after > state.last ? first : max(first, after + 1)
            var found: [EventRecord] = []
            var last = start - 1
            while last < state.last, found.count < query.limit {
                last += 1
                let record = entry(last, state)
                if query.takes(record) { found.append(record) }
            }
            return EventPage(events: found, last: last, lost: after >= first - 1 ? 0 : first - 1 - after)
        }
    }

    private func entry(_ id: UInt64, _ state: State) -> EventRecord {
        state.ring[Int((id - 1) % UInt64(capacity))]
    }
}

extension String {
    /// As much as the log keeps of an untrusted text.
    fileprivate var cut: String {
        utf8.count <= 256 ? self : String(unicodeScalars.prefix(255).map(Character.init)) + "…"
    }
}
