// SPDX-License-Identifier: Apache-2.0
import Alerting
import Database
import FoundationEssentials
import Queues
import Vocabulary

/// Silences and maintenances over a restart: a file of the state directory, written before a change is answered.
actor SilenceFile {
    private static let schema = [
        ["CREATE TABLE silences (id TEXT PRIMARY KEY, silence TEXT NOT NULL) WITHOUT ROWID"]
    ]

    /// Its own queue: a write waits for the disk.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.silences")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let path: String
    private var database: DatabaseHandle?

    init(path: String) {
        self.path = path
    }

    /// What is in the file; a row that makes no sense is passed over.
    static func read(_ path: String) throws(DatabaseError) -> [Silence] {
        let database = try opened(path)
        let rows = try database.query(
            "SELECT silence FROM silences LIMIT ?", [.integer(Int64(SilenceBook.most))])
        return rows.compactMap { row in
            // What another program wrote into the file is passed over.
            row.first?.text.flatMap { try? JSONDecoder().decode(Silence.self, from: Data($0.utf8)) }
        }
    }

    /// Writes all of `moves`, or none.
    func write(_ moves: [SilenceBook.Move]) throws(DatabaseError) {
        if database == nil { database = try Self.opened(path) }
        do throws(DatabaseError) {
            try execute("BEGIN IMMEDIATE")
            for move in moves { try write(move) }
            try execute("COMMIT")
        } catch {
            // Closing rolls back; the next change opens the file anew.
            database = nil
            throw error
        }
    }

    private static func opened(_ path: String) throws(DatabaseError) -> DatabaseHandle {
        let opened = try DatabaseHandle(path: path)
        try opened.migrate(schema)
        return opened
    }

    private func write(_ move: SilenceBook.Move) throws(DatabaseError) {
        switch move {
        case .put(let silence):
            // Silence is right: texts and whole numbers always have a JSON.
            let json = (try? JSONEncoder().encode(silence)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
            try execute(
                "INSERT OR REPLACE INTO silences (id, silence) VALUES (?, ?)", [.text(silence.id), .text(json)])
        case .remove(let id): try execute("DELETE FROM silences WHERE id = ?", [.text(id)])
        }
    }

    private func execute(_ sql: String, _ values: [Value] = []) throws(DatabaseError) {
        try database?.execute(sql, values)
    }
}
