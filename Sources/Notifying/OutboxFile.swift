// SPDX-License-Identifier: Apache-2.0
import Database
import Queues
import Synchronization
import Vocabulary

/// The file that keeps what receivers are owed over a crash: what waits is written at once, all of it in one transaction.
///
/// Alerts go on whatever becomes of the file: what could not be written waits here, and is tried again.
public actor OutboxFile {
    fileprivate struct Inbox {
        var changes: [OutboxRow.Key: OutboxChange] = [:]
        /// How often something was put, and how many of those are on the disk.
        var put = 0
        var written = 0
        var isBusy = false
        var isFailing = false
        /// Whether somebody has waited in vain since it was written last.
        var isLate = false
        var failures = 0
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
        /// Changes that wait while the file cannot be written, before some of them are dropped.
        var most = Self.fewest

        static let fewest = 200_000
    }

    fileprivate struct Waiter {
        let put: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    /// Rows that are read at most.
    private static let most = 1_000_000
    /// Longer than that nobody waits for the disk.
    static let longestWait = Duration.seconds(2)

    /// Its own queue: a write waits for the disk.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.outbox")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let inbox = Mutex(Inbox())
    private let path: String
    /// How long after a failure it is tried again.
    nonisolated let rest: Duration
    private let complain: @Sendable (String) -> Void
    private var database: DatabaseHandle?

    /// `complain` is given a sentence when the file cannot be used, once until it can again.
    public init(path: String, rest: Duration = .seconds(10), complain: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.rest = rest
        self.complain = complain
    }

    /// Times that the file could not be read or written.
    nonisolated var failures: Int { inbox.withLock { $0.failures } }

    /// What is in the file; nil when it cannot be read.
    func inherit() -> [OutboxRow]? {
        do throws(DatabaseError) {
            try open()
            let rows = try database?.query(
                "SELECT \(OutboxRow.columns) FROM outbox LIMIT ?", [.integer(Int64(Self.most))])
            return (rows ?? []).compactMap { OutboxRow($0) }
        } catch {
            failed(error)
            return nil
        }
    }

    /// Takes note of `changes`; returns at once.
    nonisolated func put(_ changes: [OutboxChange]) {
        guard !changes.isEmpty else { return }
        let isFree = inbox.withLock { inbox in
            for change in changes { inbox.changes[change.key] = change }
            if inbox.isFailing, inbox.changes.count > inbox.most { inbox.shed() }
            inbox.put += 1
            defer { inbox.isBusy = true }
            return !inbox.isBusy
        }
        if isFree { Task { await self.work() } }
    }

    /// Returns when what was put is on the disk. While the file cannot be used, or its disk hangs, it returns at once, and
    /// after two seconds in any case.
    nonisolated func settle() async {
        var number: Int?
        var limit: Task<Void, Never>?
        await withCheckedContinuation { continuation in
            let isDone = inbox.withLock { inbox in
                guard inbox.written < inbox.put, !inbox.isFailing, !inbox.isLate else { return true }
                inbox.lastWaiter += 1
                number = inbox.lastWaiter
                inbox.waiters[inbox.lastWaiter] = Waiter(put: inbox.put, continuation: continuation)
                return false
            }
            if isDone { return continuation.resume() }
            limit = Task { [number] in
                // Cancelled when the disk was quicker.
                try? await Task.sleep(for: Self.longestWait)
                if let number { self.giveUp(number) }
            }
        }
        limit?.cancel()
    }

    private nonisolated func giveUp(_ number: Int) {
        let isFirst = inbox.withLock { inbox in
            guard inbox.waiters[number] != nil else { return false }
            defer { inbox.isLate = true }
            return !inbox.isLate
        }
        if isFirst { complain("the disk of \(path) does not answer: notifications go on in memory until it does") }
        release { $0 == number }
    }

    /// Writes what waits, and closes the file.
    func close() {
        _ = write()
        database = nil
    }

    private func work() async {
        while true {
            let isWritten = write()
            let isDone = inbox.withLock { inbox in
                guard isWritten, inbox.changes.isEmpty else { return false }
                inbox.isBusy = false
                return true
            }
            if isDone { return }
            // Nobody cancels it; were it so, it would try a little earlier.
            if !isWritten { try? await Task.sleep(for: rest) }
        }
    }

    /// Whether all that waited is on the disk.
    private func write() -> Bool {
        let (changes, put) = inbox.withLock { inbox in
            defer { inbox.changes = [:] }
            return (inbox.changes, inbox.put)
        }
        do throws(DatabaseError) {
            try open()
            try write(changes.values)
            inbox.withLock { inbox in
                inbox.written = put
                inbox.isFailing = false
                inbox.isLate = false
            }
        } catch {
            // What came in meanwhile is newer.
            inbox.withLock { $0.changes.merge(changes) { newer, _ in newer } }
            failed(error)
            return false
        }
        release { _ in false }
        return true
    }

    private func failed(_ error: DatabaseError) {
        database = nil
        let isFirst = inbox.withLock { inbox in
            defer { inbox.isFailing = true }
            inbox.failures += 1
            return !inbox.isFailing
        }
        if isFirst { complain("cannot keep notifications over a restart: \(error); they go on in memory") }
        release { _ in true }
    }

    /// Lets those go on whose changes are on the disk, or whose number `mayGo`.
    private nonisolated func release(_ mayGo: (Int) -> Bool) {
        let released = inbox.withLock { inbox in
            let gone = inbox.waiters.filter { $0.value.put <= inbox.written || mayGo($0.key) }
            for number in gone.keys { inbox.waiters[number] = nil }
            return gone.values.map(\.continuation)
        }
        for continuation in released { continuation.resume() }
    }
}

extension OutboxFile.Inbox {
    /// What there is to be told is bounded where it is kept. What there is to be forgotten is not: were it not forgotten,
    /// it would be told twice after a restart, which is better than to keep it without end.
    fileprivate mutating func shed() {
        changes = changes.filter { if case .put = $0.value { true } else { false } }
        most = max(Self.fewest, changes.count * 2)
    }
}

extension OutboxFile {
    private func open() throws(DatabaseError) {
        guard database == nil else { return }
        let opened = try DatabaseHandle(path: path, busyTimeout: .seconds(1))
        try opened.migrate(OutboxRow.schema)
        database = consume opened
    }

    private func write(_ changes: some Collection<OutboxChange>) throws(DatabaseError) {
        guard !changes.isEmpty else { return }
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            for change in changes {
                switch change {
                case .put(let row):
                    try execute(
                        "INSERT OR REPLACE INTO outbox (\(OutboxRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        row.values)
                case .forget(let key):
                    try execute(
                        "DELETE FROM outbox WHERE receiver = ? AND labels = ? AND moment = ?",
                        OutboxRow.values(of: key))
                }
            }
            try execute("COMMIT")
        } catch {
            // Silence is right: the first error says what went wrong, and the file is closed after it.
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func execute(_ sql: String, _ values: [Value] = []) throws(DatabaseError) {
        try database?.execute(sql, values)
    }
}
