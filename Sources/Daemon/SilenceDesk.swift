// SPDX-License-Identifier: Apache-2.0
import Alerting
import Database
import FoundationEssentials
package import Logging
import Synchronization
package import Vocabulary
import Web

/// The silences and maintenances in force: asked by whoever tells or repairs, changed through the API, kept in a file.
///
/// What asks never waits. What changes waits for the disk, one change after the other, and is in force when it is
/// answered. With a file that cannot be used nothing new is taken: it would end with the agent, and nobody would know.
package actor SilenceDesk: SilenceKeeper {
    private nonisolated let book: Mutex<SilenceBook>
    private nonisolated let single: Mutex<String?>
    private nonisolated let coverage = Mutex(SilenceCoverage())
    private let file: SilenceFile?
    private let log: Logger
    private let changed = Mutex<(@Sendable () -> Void)?>(nil)
    /// Changes that wait for the one under way.
    private var line: [CheckedContinuation<Void, Never>] = []
    private var isBusy = false

    /// Keeps in memory alone without a `path`. Reads the file here, before anything is told or repaired.
    package init(path: String?, log: Logger) {
        var book = SilenceBook()
        file = path.map { SilenceFile(path: $0) }
        do throws(DatabaseError) {
            if let path { book.restore(try SilenceFile.read(path)) }
        } catch {
            log.error("cannot read the silences and maintenances: \(error); there are none")
        }
        self.book = Mutex(book)
        single = Mutex(nil)
        self.log = log
    }

    package nonisolated var now: Timestamp { .now }

    /// What silences an alert with these labels.
    package nonisolated func muting(_ labels: Labels, at time: Timestamp) -> Silence? {
        let book = current
        return coverage.withLock { $0.muting(labels, in: book, at: time, complete: complete) }
    }

    /// What holds the repair of `domain`, which the alert of these labels asks for if there is one.
    package nonisolated func holding(_ domain: DomainIdentity, alert: Labels?, at time: Timestamp) -> Silence? {
        current.holding(domain: domain.labels, alert: alert.map(complete), at: time)
    }

    /// The name of the only connection, whose alerts have no label `host`; nil when there are several.
    package nonisolated func setSingleHost(_ name: String?) {
        let before = single.withLock { single in
            defer { single = name }
            return single
        }
        // What was found is true of alerts as they were completed.
        if before != name { coverage.withLock { $0 = SilenceCoverage() } }
    }

    /// Called after each change.
    package nonisolated func onChange(_ body: @escaping @Sendable () -> Void) {
        changed.withLock { $0 = body }
    }

    /// A copy: nobody waits while it is read.
    nonisolated var current: SilenceBook { book.withLock { $0 } }

    private nonisolated func complete(_ labels: Labels) -> Labels {
        guard labels["host"] == nil, let name = single.withLock({ $0 }) else { return labels }
        return Labels(labels.all + [Label("host", name)])
    }

    package func silences() -> [Silence] {
        current.all(at: now)
    }

    package func silences(passing filters: [String]) throws(ChangeRefusal) -> [Silence] {
        let matchers: AlertMatchers
        do throws(MatcherError) {
            matchers = try AlertMatchers(parsing: filters)
        } catch {
            throw ChangeRefusal(.invalid, "filter: \(error)")
        }
        return silences().filter { silence in
            guard case .alerts(let parts) = silence.scope else { return false }
            return matchers.matches(Labels(parts.map { Label($0.name, $0.value) }))
        }
    }

    package func put(_ draft: SilenceDraft) async throws(ChangeRefusal) -> SilenceTaken {
        await claim()
        defer { release() }
        var next = current
        if let id = draft.id, let old = next[id], old.isMaintenance != draft.scope.isMaintenance {
            throw ChangeRefusal(.invalid, "\(id) is a \(old.isMaintenance ? "maintenance" : "silence")")
        }
        let fresh = UUID().uuidString.lowercased()
        let (silence, moves) = try next.put(draft, fresh: fresh, at: now)
        try await keep(next, moves)
        log.notice("\(silence.isMaintenance ? "maintenance" : "silence") begins", metadata: silence.fields)
        let warning = "state.directory is not set: this is forgotten when the agent ends"
        return SilenceTaken(silenceID: silence.id, warnings: file == nil ? [warning] : [])
    }

    package func expire(_ id: String, isMaintenance: Bool) async throws(ChangeRefusal) {
        await claim()
        defer { release() }
        var next = current
        guard let old = next[id], old.isMaintenance == isMaintenance else {
            let what = isMaintenance ? "maintenance" : "silence"
            throw ChangeRefusal(.unknown, "there is no \(what) of this id")
        }
        let move = try next.expire(id, at: now)
        try await keep(next, [move])
        log.notice("\(isMaintenance ? "maintenance" : "silence") is ended", metadata: old.fields)
    }

    /// Forgets what has been over for long.
    package func sweep() async {
        await claim()
        defer { release() }
        var next = current
        let moves = next.sweep(at: now)
        // What cannot be removed now is tried again, and does no harm.
        if !moves.isEmpty { try? await keep(next, moves) }
    }

    private func keep(_ next: SilenceBook, _ moves: [SilenceBook.Move]) async throws(ChangeRefusal) {
        if let file {
            do throws(DatabaseError) {
                try await file.write(moves)
            } catch {
                log.error("cannot keep silences and maintenances: \(error)")
                throw ChangeRefusal(
                    .unavailable, "nothing was changed: the agent cannot write it down; its log says why")
            }
        }
        book.withLock { $0 = next }
        changed.withLock { $0 }?()
    }

    private func claim() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { line.append($0) }
    }

    private func release() {
        if line.isEmpty { isBusy = false } else { line.removeFirst().resume() }
    }
}

extension Silence {
    fileprivate var fields: Logger.Metadata {
        [
            "id": "\(id)", "author": "\(author.asOneLine)", "comment": "\(comment.asOneLine)",
            "ends": "\(endsAt.rfc3339)",
        ]
    }
}

extension Silence.Scope {
    fileprivate var isMaintenance: Bool {
        if case .domains = self { true } else { false }
    }
}

extension DomainIdentity {
    /// What silences and maintenances know a domain by.
    var labels: Labels {
        Labels([Label("domain", name), Label("host", connection), Label("uuid", uuid.description)])
    }
}
