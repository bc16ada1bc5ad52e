// SPDX-License-Identifier: Apache-2.0
package import Alerting
import Database
package import Logging
import Queues
import Synchronization
package import Vocabulary

/// Alerts over a restart: a file of the state directory, written a moment after alerts change, never by an evaluation.
///
/// Rules go on whatever becomes of the file. What could not be written waits, up to a bound, and is tried again.
package actor AlertMemory {
    /// What the agent before this one left.
    package struct Past: Sendable {
        package var alerts: [KeptAlert] = []
        /// When it was last alive, as far as that was written; nil when it left nothing.
        package var alive: Timestamp?
    }

    fileprivate struct Key: Hashable {
        let rule: RuleKey
        let labels: Labels
    }

    /// What waits to be written.
    fileprivate struct Inbox {
        var moves: [Key: AlertMove] = [:]
        var alive: Timestamp?
        var aliveSaid: Timestamp?
        var isDue = false
        var failures = 0
        var dropped = 0
    }

    /// Alerts that are read at most, and those that may wait.
    private static let most = 200_000
    /// Changes of that long are one transaction.
    private static let rest = Duration.milliseconds(500)
    private static let restAfterFailure = Duration.seconds(10)
    /// How far the time of the last life may lie behind while an alert waits for its time.
    private static let heartbeat = Duration.seconds(30)

    private static let schema = [
        [
            """
            CREATE TABLE alerts (
                rule TEXT NOT NULL, labels TEXT NOT NULL, alert TEXT NOT NULL, PRIMARY KEY (rule, labels))
                WITHOUT ROWID
            """,
            "CREATE TABLE life (one INTEGER PRIMARY KEY CHECK (one = 1), alive INTEGER NOT NULL)",
        ]
    ]

    /// Its own queue: a write waits for the disk.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.alerts")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let inbox = Mutex(Inbox())
    private let path: String
    private let log: Logger
    private var database: DatabaseHandle?
    private var hasComplained = false

    package init(path: String, log: Logger) {
        self.path = path
        self.log = log
    }

    /// Times that the file could not be read or written, and changes that were given up.
    package nonisolated var figures: (failures: Int, dropped: Int) {
        inbox.withLock { ($0.failures, $0.dropped) }
    }

    /// What is in the file; nothing when it cannot be read.
    package func inherit() -> Past {
        do throws(DatabaseError) {
            try open()
            return try read()
        } catch {
            complain(error)
            return Past()
        }
    }

    /// Takes note of `moves`, and that the agent lives at `time`. Returns at once; writes soon, when there is a change or,
    /// while an alert `isTiming`, every half minute.
    package nonisolated func note(_ moves: [AlertMove], isTiming: Bool = false, at time: Timestamp) {
        let isDue = inbox.withLock { inbox in
            for move in moves { inbox.take(move, limit: Self.most) }
            inbox.alive = time
            let isOld = inbox.aliveSaid.map { time - $0 >= Self.heartbeat } ?? true
            guard !inbox.isDue, !inbox.moves.isEmpty || isTiming && isOld else { return false }
            inbox.isDue = true
            return true
        }
        if isDue { Task { await self.writeSoon() } }
    }

    /// Writes what waits, and that the agent lived until `time`.
    package func close(at time: Timestamp) {
        inbox.withLock { $0.alive = time }
        _ = write()
        database = nil
    }

    private func writeSoon() async {
        // Nobody cancels it; were it so, it would write a little earlier.
        try? await Task.sleep(for: Self.rest)
        while !write() { try? await Task.sleep(for: Self.restAfterFailure) }
    }

    /// Whether nothing is left to be written.
    private func write() -> Bool {
        let (moves, alive) = inbox.withLock { inbox in
            defer { inbox.moves = [:] }
            return (inbox.moves, inbox.alive)
        }
        do throws(DatabaseError) {
            try open()
            try write(Array(moves.values), alive: alive)
            hasComplained = false
            return inbox.withLock { inbox in
                inbox.aliveSaid = alive
                inbox.isDue = !inbox.moves.isEmpty
                return !inbox.isDue
            }
        } catch {
            inbox.withLock { inbox in
                // What came in meanwhile is newer.
                let newer = inbox.moves
                inbox.moves = moves
                for move in newer.values { inbox.take(move, limit: Self.most) }
            }
            complain(error)
            return false
        }
    }

    private func complain(_ error: DatabaseError) {
        database = nil
        inbox.withLock { $0.failures += 1 }
        if !hasComplained {
            log.error("cannot keep alerts over a restart: \(error); rules go on without it")
        }
        hasComplained = true
    }
}

extension AlertMemory {
    private func open() throws(DatabaseError) {
        guard database == nil else { return }
        let opened = try DatabaseHandle(path: path)
        try opened.migrate(Self.schema)
        database = consume opened
    }

    private func write(_ moves: [AlertMove], alive: Timestamp?) throws(DatabaseError) {
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            for move in moves { try write(move) }
            if let alive {
                try execute("INSERT OR REPLACE INTO life (one, alive) VALUES (1, ?)", [.integer(alive.milliseconds)])
            }
            try execute("COMMIT")
        } catch {
            // Silence is right: the first error says what went wrong, and the file is closed after it.
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func write(_ move: AlertMove) throws(DatabaseError) {
        let key: [Value] = [.json(move.rule), .json(move.labels)]
        if let alert = move.alert {
            try execute(
                "INSERT OR REPLACE INTO alerts (rule, labels, alert) VALUES (?, ?, ?)",
                key + [.json(alert)])
        } else {
            try execute("DELETE FROM alerts WHERE rule = ? AND labels = ?", key)
        }
    }

    private func execute(_ sql: String, _ values: [Value] = []) throws(DatabaseError) {
        try database?.execute(sql, values)
    }

    private func read() throws(DatabaseError) -> Past {
        var past = Past()
        let rows = try database?.query("SELECT rule, alert FROM alerts LIMIT ?", [.integer(Int64(Self.most))]) ?? []
        past.alive = try database?.query("SELECT alive FROM life LIMIT 1").first?.first?.integer.map {
            Timestamp(milliseconds: $0)
        }
        // A row that makes no sense is passed over.
        past.alerts = rows.compactMap { row in
            guard row.count == 2, let rule = row[0].decoded(as: RuleKey.self),
                let alert = row[1].decoded(as: Alert.self)
            else { return nil }
            return KeptAlert(rule: rule, alert: alert)
        }
        return past
    }
}

extension AlertMemory.Inbox {
    fileprivate mutating func take(_ move: AlertMove, limit: Int) {
        let key = AlertMemory.Key(rule: move.rule, labels: move.labels)
        guard moves[key] != nil || moves.count < limit else {
            dropped += 1
            return
        }
        moves[key] = move
    }
}
