// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// All silences and maintenances there are, and were a while ago. Pure: time and new ids come in.
public struct SilenceBook: Sendable {
    /// What must be kept over a restart.
    public enum Move: Hashable, Sendable {
        case put(Silence)
        case remove(id: String)
    }

    /// Entries, those that are over included.
    public static let most = 1000
    /// How long one may last, and lie ahead.
    public static let longest = Duration.seconds(366 * 86_400)
    /// How long one that is over is still shown.
    public static let kept = Duration.seconds(5 * 86_400)

    private struct Entry {
        var silence: Silence
        let scope: SilenceScope
    }

    private var entries: [String: Entry] = [:]
    /// The ids, as they came, each with a number that is higher than those before.
    private var arrivals: [(number: Int, id: String)] = []
    /// The number of the one that came last.
    private(set) var newest = 0

    public init() {}

    /// Every entry: what is active first, then by when it ends.
    public func all(at time: Timestamp) -> [Silence] {
        let order: [Silence.State] = [.active, .pending, .expired]
        return entries.values.map(\.silence).sorted { left, right in
            let states = [left, right].map { order.firstIndex(of: $0.state(at: time)) ?? 0 }
            return (states[0], left.endsAt, left.id) < (states[1], right.endsAt, right.id)
        }
    }

    public subscript(id: String) -> Silence? { entries[id]?.silence }

    /// Makes one, or changes the one that the draft names. Where what it is for has changed, the old one ends and a new
    /// one of the id `fresh` begins, as in Alertmanager: who looks back sees what was silenced.
    public mutating func put(
        _ draft: SilenceDraft, fresh: String, at now: Timestamp
    ) throws(ChangeRefusal) -> (silence: Silence, moves: [Move]) {
        let scope = try SilenceScope(draft.scope)
        var silence = try Self.checked(draft, fresh, now)
        var moves = sweep(at: now)
        if let id = draft.id {
            guard let old = entries[id]?.silence else { throw Self.unknown(id) }
            if old.canBecome(silence, at: now) {
                silence = Silence(
                    id: id, scope: old.scope, startsAt: old.state(at: now) == .active ? old.startsAt : silence.startsAt,
                    endsAt: silence.endsAt, updatedAt: now, author: silence.author, comment: silence.comment)
                entries[id]?.silence = silence
                return (silence, moves + [.put(silence)])
            }
        }
        moves += try makeRoom(at: now)
        if let id = draft.id, entries[id]?.silence.state(at: now) != .expired, entries[id] != nil {
            moves.append(try expire(id, at: now))
        }
        enter(silence, scope)
        return (silence, moves + [.put(silence)])
    }

    private mutating func enter(_ silence: Silence, _ scope: SilenceScope) {
        if entries.updateValue(Entry(silence: silence, scope: scope), forKey: silence.id) != nil { return }
        newest += 1
        arrivals.append((newest, silence.id))
    }

    private mutating func forget(_ ids: [String]) {
        guard !ids.isEmpty else { return }
        for id in ids { entries[id] = nil }
        arrivals.removeAll { entries[$0.id] == nil }
    }

    /// Ends one now.
    public mutating func expire(_ id: String, at now: Timestamp) throws(ChangeRefusal) -> Move {
        guard var entry = entries[id] else { throw Self.unknown(id) }
        guard entry.silence.state(at: now) != .expired else {
            throw ChangeRefusal(.invalid, "\(entry.silence.isMaintenance ? "maintenance" : "silence") \(id) is over")
        }
        entry.silence.startsAt = min(entry.silence.startsAt, now)
        entry.silence.endsAt = now
        entry.silence.updatedAt = now
        entries[id] = entry
        return .put(entry.silence)
    }

    /// Forgets what has been over for long.
    public mutating func sweep(at now: Timestamp) -> [Move] {
        let old = entries.values.map(\.silence).filter { now - $0.endsAt >= Self.kept }.map(\.id).sorted()
        forget(old)
        return old.map { .remove(id: $0) }
    }

    /// Takes in what was kept; what makes no sense is passed over.
    public mutating func restore(_ silences: [Silence]) {
        for silence in silences.prefix(Self.most) {
            guard let scope = try? SilenceScope(silence.scope), silence.hasBoundedText else { continue }
            enter(silence, scope)
        }
    }

    /// The ids of what silences alerts of these labels at any time, of those that came after the one of `number`.
    func ids(covering labels: Labels, after number: Int) -> [String] {
        let first = arrivals.lastIndex { $0.number <= number }.map { $0 + 1 } ?? 0
        return arrivals[first...].map(\.id).filter { entries[$0]?.scope.covers(alert: labels) == true }
    }

    /// Of those of `ids` that are active, the one that ends last.
    func last(of ids: [String], at time: Timestamp) -> Silence? {
        ids.compactMap { entries[$0]?.silence }.filter { $0.state(at: time) == .active }
            .max { ($0.endsAt, $0.id) < ($1.endsAt, $1.id) }
    }

    /// What holds the repair of a domain with these labels, which the alert asks for if there is one: of several, the one
    /// that ends last.
    public func holding(domain labels: Labels, alert: Labels?, at time: Timestamp) -> Silence? {
        let ids = entries.filter { _, entry in
            entry.silence.state(at: time) == .active
                && (entry.scope.covers(domain: labels) || alert.map { entry.scope.covers(alert: $0) } == true)
        }
        return last(of: Array(ids.keys), at: time)
    }

    /// Whether a maintenance is active.
    public func hasMaintenance(at time: Timestamp) -> Bool {
        entries.values.contains { $0.silence.isMaintenance && $0.silence.state(at: time) == .active }
    }

    /// Whether a maintenance is for a domain with these labels.
    public func isMaintained(_ labels: Labels, at time: Timestamp) -> Bool {
        entries.values.contains {
            $0.silence.isMaintenance && $0.silence.state(at: time) == .active && $0.scope.covers(domain: labels)
        }
    }

    private static func checked(
        _ draft: SilenceDraft, _ id: String, _ now: Timestamp
    ) throws(ChangeRefusal) -> Silence {
        // What was to begin in the past begins now: nothing was silenced until now.
        let silence = Silence(
            id: id, scope: draft.scope, startsAt: max(draft.startsAt ?? now, now), endsAt: draft.endsAt, updatedAt: now,
            author: draft.author, comment: draft.comment)
        guard silence.hasBoundedText else {
            throw ChangeRefusal(
                .invalid,
                "author and comment are needed, with at most \(ChangeNote.longestAuthor) and "
                    + "\(ChangeNote.longestComment) bytes")
        }
        guard silence.endsAt > now else { throw ChangeRefusal(.invalid, "the end lies in the past") }
        guard silence.endsAt > silence.startsAt else { throw ChangeRefusal(.invalid, "the end lies before the start") }
        guard silence.endsAt <= now + longest else {
            throw ChangeRefusal(.invalid, "the end lies more than \(DurationText.format(longest)) ahead")
        }
        return silence
    }

    private mutating func makeRoom(at now: Timestamp) throws(ChangeRefusal) -> [Move] {
        guard entries.count >= Self.most else { return [] }
        let over = entries.values.map(\.silence).filter { $0.state(at: now) == .expired }
        guard let oldest = over.min(by: { $0.endsAt < $1.endsAt }) else {
            throw ChangeRefusal(.unavailable, "there are \(Self.most) silences and maintenances; expire some first")
        }
        forget([oldest.id])
        return [.remove(id: oldest.id)]
    }

    private static func unknown(_ id: String) -> ChangeRefusal {
        ChangeRefusal(.unknown, "there is none of the id \"\(id.prefix(80).description.asOneLine)\"")
    }
}

extension Silence {
    fileprivate var hasBoundedText: Bool {
        !comment.isEmpty && ChangeNote(author: author, comment: comment).isBounded
    }

    /// Whether it stays the same silence when it becomes `other`.
    fileprivate func canBecome(_ other: Silence, at now: Timestamp) -> Bool {
        scope == other.scope && state(at: now) != .expired
            && (state(at: now) == .pending || other.startsAt <= max(now, startsAt))
    }
}
