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
                entries[id] = Entry(silence: silence, scope: scope)
                return (silence, moves + [.put(silence)])
            }
        }
        moves += try makeRoom(at: now)
        if let id = draft.id, entries[id]?.silence.state(at: now) != .expired, entries[id] != nil {
            moves.append(try expire(id, at: now))
        }
        entries[silence.id] = Entry(silence: silence, scope: scope)
        return (silence, moves + [.put(silence)])
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
        for id in old { entries[id] = nil }
        return old.map { .remove(id: $0) }
    }

    /// Takes in what was kept; what makes no sense is passed over.
    public mutating func restore(_ silences: [Silence]) {
        for silence in silences.prefix(Self.most) {
            guard let scope = try? SilenceScope(silence.scope), silence.hasBoundedText else { continue }
            entries[silence.id] = Entry(silence: silence, scope: scope)
        }
    }

    /// What silences an alert with these labels: of several, the one that ends last.
    public func muting(_ labels: Labels, at time: Timestamp) -> Silence? {
        last(at: time) { $0.covers(alert: labels) }
    }

    /// What holds the repair of a domain with these labels, which the alert asks for if there is one: of several, the one
    /// that ends last.
    public func holding(domain labels: Labels, alert: Labels?, at time: Timestamp) -> Silence? {
        last(at: time) { scope in scope.covers(domain: labels) || alert.map { scope.covers(alert: $0) } == true }
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

    private func last(at time: Timestamp, _ covers: (SilenceScope) -> Bool) -> Silence? {
        entries.values.filter { $0.silence.state(at: time) == .active && covers($0.scope) }.map(\.silence)
            .max { ($0.endsAt, $0.id) < ($1.endsAt, $1.id) }
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
        entries[oldest.id] = nil
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
