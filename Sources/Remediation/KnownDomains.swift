// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Which domains were running when the agent last knew, and what was heard of each since that nobody has judged yet: what
/// tells an agent after its own end that a domain stopped, though no event is told any more.
struct KnownDomains: Sendable {
    /// The most domains that are kept, and the most events of one.
    private static let limit = 10_000
    private static let eventLimit = 8

    struct Key: Hashable, Sendable {
        let connection: String
        let uuid: DomainUUID
    }

    struct Known: Hashable, Sendable {
        var domain: DomainIdentity
        /// Of one incident, not judged.
        var events: [DomainEvent] = []
    }

    /// What was missed of one domain.
    struct Missed: Hashable, Sendable {
        var known: Known
        /// nil when the domain is gone.
        var status: DomainStatus?
    }

    private var running: [Key: Known] = [:]
    /// Known by the agent before, and not seen by this one yet.
    private var inherited: Set<Key> = []
    /// Words of events that steps of the agent before this one caused, in incidents that go on.
    private var explained: [Key: [String]] = [:]
    /// What is to be written down.
    private(set) var changed: Set<Key> = []

    subscript(key: Key) -> Known? { running[key] }

    mutating func restore(_ all: [Known]) {
        for known in all.prefix(Self.limit) {
            running[known.domain.key] = known
            inherited.insert(known.domain.key)
        }
    }

    /// Takes note of what the agent before did about incidents that are taken up: no order of somebody else.
    mutating func explain(by inheritance: Inheritance) {
        let open = Set(inheritance.open.map(\.incident))
            .union(inheritance.attempts.filter { !$0.isFinished }.map(\.attempt.incident))
        for past in inheritance.attempts where open.contains(past.attempt.incident) {
            explained[past.attempt.domain.key, default: []] += Classifier.effects(of: past.attempt.action)
        }
    }

    mutating func takeChanged() -> Set<Key> {
        defer { changed = [] }
        return changed
    }

    mutating func hear(_ event: DomainEvent) {
        let key = event.domain.key
        if event.beginsRun {
            set(key, Known(domain: event.domain))
        } else if event.opensIncident {
            // What was judged as off may run again by now, and its start be told by nobody: an event of its end says that.
            var known = running[key] ?? Known(domain: event.domain)
            guard known.events.count < Self.eventLimit, known.events.last?.word != event.word else { return }
            known.events.append(event)
            set(key, known)
        }
    }

    /// The domain's incident has ended, and the domain runs or not.
    mutating func judged(_ domain: DomainIdentity, isRunning: Bool) {
        set(domain.key, isRunning ? Known(domain: domain) : nil)
    }

    /// All domains of a connection: those that the agent before knew as running, and that run no more.
    mutating func list(_ all: [RemediationInput.ListedStatus], of connection: String) -> [Missed] {
        var missed: [Missed] = []
        var waiting = inherited.filter { $0.connection == connection }
        inherited.subtract(waiting)
        for one in all {
            let key = one.domain.key
            let known = waiting.remove(key).flatMap { running[$0] }
            if one.status.isRunning {
                if known?.events.isEmpty != true { set(key, Known(domain: one.domain)) }
            } else if let known {
                missed.append(Missed(known: withoutOwn(known), status: one.status))
            }
        }
        missed += waiting.compactMap { key in running[key].map { Missed(known: withoutOwn($0), status: nil) } }
        explained = explained.filter { $0.key.connection != connection }
        return missed
    }

    private func withoutOwn(_ known: Known) -> Known {
        var left = explained[known.domain.key] ?? []
        var known = known
        known.events.removeAll { event in
            guard let index = left.firstIndex(of: event.word) else { return false }
            left.remove(at: index)
            return true
        }
        return known
    }

    private mutating func set(_ key: Key, _ known: Known?) {
        guard running[key] != known, known == nil || running[key] != nil || running.count < Self.limit else { return }
        running[key] = known
        changed.insert(key)
    }
}

extension DomainIdentity {
    var key: KnownDomains.Key { KnownDomains.Key(connection: connection, uuid: uuid) }
}
