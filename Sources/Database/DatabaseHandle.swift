// SPDX-License-Identifier: Apache-2.0
import CSQLite

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One open SQLite database, closed once. Its calls block on the disk: whoever owns it is one actor.
///
/// The file is made readable by its owner only, writes ahead (`journal_mode=WAL`) and is on the disk when `execute`
/// returns (`synchronous=FULL`).
public struct DatabaseHandle: ~Copyable {
    private let pointer: OpaquePointer
    public let path: String

    /// Opens or makes the file `path`; waits up to `busyTimeout` for another process's lock (`sqlite3_open_v2`).
    public init(path: String, busyTimeout: Duration = .seconds(5)) throws(DatabaseError) {
        try Self.makePrivate(path)
        pointer = try Self.opened(path, busyTimeout)
        self.path = path
    }

    deinit {
        sqlite3_close_v2(pointer)
    }

    private static func opened(_ path: String, _ busyTimeout: Duration) throws(DatabaseError) -> OpaquePointer {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW
        var result = sqlite3_open_v2(path, &opened, flags, nil)
        sqlite3_busy_timeout(opened, Int32(clamping: busyTimeout.components.seconds * 1000))
        sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, 16 << 20)
        // The file may come from elsewhere: nothing in its schema may run functions with side effects.
        for pragma in ["trusted_schema = OFF", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"]
        where result == SQLITE_OK {
            result = sqlite3_exec(opened, "PRAGMA \(pragma)", nil, nil, nil)
        }
        guard let opened, result == SQLITE_OK else {
            let message = String(cString: sqlite3_errmsg(opened))
            sqlite3_close_v2(opened)
            throw DatabaseError(code: .init(rawValue: result), path: path, attempt: "open", message: message)
        }
        return opened
    }

    /// Makes the file with mode 0600, or takes other people's rights away; SQLite gives its side files the same mode.
    private static func makePrivate(_ path: String) throws(DatabaseError) {
        var problem: Int32 = 0
        if path.utf8.contains(0) {
            problem = EINVAL
        } else {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            problem = descriptor < 0 ? errno : 0
            if descriptor >= 0 {
                if fchmod(descriptor, 0o600) != 0 { problem = errno }
                close(descriptor)
            }
        }
        guard problem == 0 else {
            throw DatabaseError(
                code: .cannotOpen, path: path, attempt: "open", message: String(cString: strerror(problem)))
        }
    }

    /// Runs one statement; what it returns is dropped.
    public func execute(_ sql: String, _ values: [Value] = []) throws(DatabaseError) {
        try run(sql, values) { _ in }
    }

    /// Runs one statement and returns its rows. The statement bounds them: say `LIMIT`.
    public func query(_ sql: String, _ values: [Value] = []) throws(DatabaseError) -> [[Value]] {
        var rows: [[Value]] = []
        try run(sql, values) { rows.append($0) }
        return rows
    }

    /// The row id of the newest `INSERT`.
    public var lastRowID: Int64 { sqlite3_last_insert_rowid(pointer) }

    /// `PRAGMA user_version`.
    public func schemaVersion() throws(DatabaseError) -> Int {
        Int(try query("PRAGMA user_version").first?.first?.integer ?? 0)
    }

    /// Brings the schema up: `steps[n]` leads from version n to n + 1, each in a transaction of its own.
    public func migrate(_ steps: [[String]]) throws(DatabaseError) {
        let version = try schemaVersion()
        guard (0...steps.count).contains(version) else {
            throw DatabaseError(
                code: .error, path: path, attempt: "migrate",
                message: "the file has schema \(version), this program knows \(steps.count); use the newer program")
        }
        for (index, statements) in steps.enumerated().dropFirst(version) {
            try execute("BEGIN IMMEDIATE")
            do throws(DatabaseError) {
                for statement in statements { try execute(statement) }
                try execute("PRAGMA user_version = \(index + 1)")
                try execute("COMMIT")
            } catch {
                // Silence is right: the first error says what went wrong, and closing rolls back as well.
                try? execute("ROLLBACK")
                throw error
            }
        }
    }

    private func run(_ sql: String, _ values: [Value], _ take: ([Value]) -> Void) throws(DatabaseError) {
        var prepared: OpaquePointer?
        try check(sql, sqlite3_prepare_v2(pointer, sql, -1, &prepared, nil))
        guard let prepared else {
            throw DatabaseError(code: .error, path: path, attempt: String(sql.prefix(60)), message: "no statement")
        }
        let statement = Statement(owning: prepared)
        for (index, value) in values.enumerated() {
            try check(sql, statement.bind(value, at: Int32(clamping: index + 1)))
        }
        while true {
            let result = sqlite3_step(statement.pointer)
            if result == SQLITE_DONE { return }
            guard result == SQLITE_ROW else { throw failure(sql, result) }
            take(statement.row())
        }
    }

    private func check(_ attempt: String, _ result: Int32) throws(DatabaseError) {
        guard result == SQLITE_OK else { throw failure(attempt, result) }
    }

    private func failure(_ attempt: String, _ result: Int32) -> DatabaseError {
        DatabaseError(
            code: .init(rawValue: result), path: path, attempt: String(attempt.prefix(60)),
            message: String(cString: sqlite3_errmsg(pointer)))
    }
}
