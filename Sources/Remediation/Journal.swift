// SPDX-License-Identifier: Apache-2.0
public import Database
import FoundationEssentials
import Glibc
import Queues
public import Vocabulary

/// What must outlive the agent: each step, written before it is performed, and which domains are quarantined.
///
/// One small file on the local disk; each write is on the disk when the call returns.
public actor Journal {
    /// Its own queue: a write waits for the disk.
    private let executor = QueueExecutor(label: "virtwarden.journal")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    let database: DatabaseHandle
    private static let kept = Duration.seconds(30 * 86_400)
    static let rowLimit: Int64 = 10_000
    /// How a step ends that was not wanted any more when its turn came: nothing was done.
    static let dropped = "dropped"

    private static let schema = [
        [
            """
            CREATE TABLE attempts (
                id INTEGER PRIMARY KEY, connection TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,
                incident TEXT NOT NULL, number INTEGER NOT NULL, policy TEXT NOT NULL, action TEXT NOT NULL,
                cause TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER, result TEXT)
            """,
            """
            CREATE TABLE quarantine (
                connection TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL, policy TEXT NOT NULL,
                since INTEGER NOT NULL, PRIMARY KEY (connection, uuid))
            """,
        ],
        [
            """
            CREATE TABLE running (
                connection TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL, events TEXT NOT NULL,
                PRIMARY KEY (connection, uuid))
            """
        ],
        [
            """
            CREATE TABLE held (
                connection TEXT NOT NULL, uuid TEXT NOT NULL, incident TEXT NOT NULL, PRIMARY KEY (connection, uuid))
            """
        ],
        [
            """
            CREATE TABLE open_incidents (
                connection TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL, incident TEXT NOT NULL,
                number INTEGER NOT NULL, policy TEXT NOT NULL, cause TEXT NOT NULL, state TEXT NOT NULL,
                reason TEXT NOT NULL, PRIMARY KEY (connection, uuid))
            """
        ],
        ["CREATE TABLE life (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL)"],
        [
            "ALTER TABLE quarantine ADD COLUMN cause TEXT NOT NULL DEFAULT 'unknown'",
            "ALTER TABLE quarantine ADD COLUMN state TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE quarantine ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
            """
            CREATE TABLE pauses (
                connection TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL, author TEXT NOT NULL,
                comment TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (connection, uuid))
            """,
        ],
    ]

    /// Opens or makes the file `path`. One that is empty was cut off: whoever made it anew would forget what is
    /// quarantined, and say nothing.
    public init(path: String) throws(DatabaseError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == 0 {
            throw DatabaseError(
                code: .error, path: path, attempt: "open",
                message: "the file is empty, which it never is: what is quarantined is lost; remove it to begin anew")
        }
        let database = try DatabaseHandle(path: path)
        try database.migrate(Self.schema)
        self.database = database
    }

    /// Writes down that `attempt` is about to be performed; the number by which `end` knows it.
    public func begin(_ attempt: Attempt, at time: Timestamp) throws(DatabaseError) -> Int64 {
        try database.execute(
            """
            INSERT INTO attempts (connection, uuid, name, incident, number, policy, action, cause, began)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(attempt.domain.connection), .text(attempt.domain.uuid.description), .text(attempt.domain.name),
                .text(attempt.incident), .integer(Int64(attempt.number)), .text(attempt.policy),
                .text(attempt.action), .text(attempt.cause.rawValue), .integer(time.milliseconds),
            ])
        return database.lastRowID
    }

    /// Writes down how the call ended.
    public func end(_ row: Int64, result: String, at time: Timestamp) throws(DatabaseError) {
        try database.execute(
            "UPDATE attempts SET ended = ?, result = ? WHERE id = ?",
            [.integer(time.milliseconds), .text(String(result.prefix(500))), .integer(row)])
    }

    public func quarantine(_ quarantine: Quarantine) throws(DatabaseError) {
        let domain = quarantine.domain
        try database.execute(
            """
            INSERT OR REPLACE INTO quarantine (connection, uuid, name, policy, since, cause, state, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(domain.connection), .text(domain.uuid.description), .text(domain.name),
                .text(quarantine.policy), .integer(quarantine.since.milliseconds), .text(quarantine.cause.rawValue),
                .text(quarantine.left?.state ?? ""), .text(quarantine.left?.reason ?? ""),
            ])
    }

    public func release(_ domain: DomainIdentity) throws(DatabaseError) {
        try database.execute(
            "DELETE FROM quarantine WHERE connection = ? AND uuid = ?",
            [.text(domain.connection), .text(domain.uuid.description)])
    }

    /// Writes down which domains run, or did before what was heard of them; nil takes one away.
    func keep(_ known: [KnownDomains.Key: KnownDomains.Known?]) throws(DatabaseError) {
        try database.execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            for (key, known) in known {
                let place: [Value] = [.text(key.connection), .text(key.uuid.description)]
                guard let known else {
                    try database.execute("DELETE FROM running WHERE connection = ? AND uuid = ?", place)
                    continue
                }
                try database.execute(
                    "INSERT OR REPLACE INTO running (connection, uuid, name, events) VALUES (?, ?, ?, ?)",
                    place + [.text(known.domain.name), .text(known.events.map(\.line).joined(separator: "\n"))])
            }
            try database.execute("COMMIT")
        } catch {
            // Silence is right: the first error says what went wrong.
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    /// The newest steps that `query` asks about, the newest first.
    func steps(_ query: RemediationQuery) throws(DatabaseError) -> [RemediationStep] {
        let (host, domain) = (query.host.map(Value.text) ?? .null, query.domain.map(Value.text) ?? .null)
        let rows = try database.query(
            """
            SELECT id, began, ended, connection, name, uuid, incident, number, policy, action, cause, result
            FROM attempts WHERE (?1 IS NULL OR connection = ?1) AND (?2 IS NULL OR name = ?2 OR uuid = lower(?2))
            ORDER BY id DESC LIMIT ?3
            """, [host, domain, .integer(Int64(query.limit))])
        return rows.compactMap(RemediationStep.init)
    }

    /// Notes which boot of the machine this is; whether it is another than that of the agent before.
    func enter(boot: String) throws(DatabaseError) -> Bool {
        let before = try database.query("SELECT boot FROM life").first?.first?.text
        try database.execute("INSERT OR REPLACE INTO life (one, boot) VALUES (1, ?)", [.text(boot)])
        return before.map { $0 != boot } ?? false
    }

    /// What `keep` wrote.
    func running() throws(DatabaseError) -> [KnownDomains.Known] {
        let rows = try database.query(
            "SELECT connection, uuid, name, events FROM running LIMIT ?", [.integer(Self.rowLimit)])
        return rows.compactMap { row in
            guard let domain = Self.domain(row), row.count == 4 else { return nil }
            let lines = (row[3].text ?? "").split(separator: "\n").prefix(64)
            return KnownDomains.Known(domain: domain, events: lines.compactMap { DomainEvent(line: $0, of: domain) })
        }
    }

    /// Remembers what happened to a domain whose repair is held.
    public func hold(_ incident: HeldIncident) throws(DatabaseError) {
        // Silence is right: texts and whole numbers always have a JSON.
        let json = (try? JSONEncoder().encode(incident)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        try database.execute(
            "INSERT OR REPLACE INTO held (connection, uuid, incident) VALUES (?, ?, ?)",
            [.text(incident.domain.connection), .text(incident.domain.uuid.description), .text(json)])
    }

    /// Forgets it.
    public func letGo(_ domain: DomainIdentity) throws(DatabaseError) {
        try database.execute(
            "DELETE FROM held WHERE connection = ? AND uuid = ?",
            [.text(domain.connection), .text(domain.uuid.description)])
    }

    /// Keeps an incident between two of its steps.
    public func keep(_ open: OpenIncident) throws(DatabaseError) {
        try database.execute(
            """
            INSERT OR REPLACE INTO open_incidents
            (connection, uuid, name, incident, number, policy, cause, state, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(open.domain.connection), .text(open.domain.uuid.description), .text(open.domain.name),
                .text(open.incident), .integer(Int64(open.number)), .text(open.policy), .text(open.cause.rawValue),
                .text(open.left.state), .text(open.left.reason),
            ])
    }

    public func close(_ domain: DomainIdentity) throws(DatabaseError) {
        try database.execute(
            "DELETE FROM open_incidents WHERE connection = ? AND uuid = ?",
            [.text(domain.connection), .text(domain.uuid.description)])
    }

    /// What the agent before this one left; marks what it did not finish, so that it is told once. Rows of 30 days ago
    /// are dropped, and rows that make no sense passed over.
    public func inherit(at time: Timestamp) throws(DatabaseError) -> Inheritance {
        try database.execute("DELETE FROM attempts WHERE began < ?", [.integer((time - Self.kept).milliseconds)])
        let rows = try database.query(
            """
            SELECT connection, uuid, name, incident, number, policy, action, cause, began, ended FROM attempts
            WHERE result IS NOT ?1 ORDER BY id DESC LIMIT ?2
            """, [.text(Self.dropped), .integer(Self.rowLimit)])
        let quarantined = try database.query(
            "SELECT connection, uuid, name, policy, since, cause, state, reason FROM quarantine LIMIT ?",
            [.integer(Self.rowLimit)])
        let held = try database.query("SELECT incident FROM held LIMIT ?", [.integer(Self.rowLimit)])
        let open = try database.query(
            """
            SELECT connection, uuid, name, incident, number, policy, cause, state, reason FROM open_incidents LIMIT ?
            """, [.integer(Self.rowLimit)])
        try database.execute(
            "UPDATE attempts SET ended = ?, result = 'unknown' WHERE ended IS NULL", [.integer(time.milliseconds)])
        return Inheritance(
            attempts: rows.reversed().compactMap(Inheritance.Past.init),
            quarantined: quarantined.compactMap(Quarantine.init),
            held: held.compactMap { row in
                row.first?.text.flatMap { try? JSONDecoder().decode(HeldIncident.self, from: Data($0.utf8)) }
            }, open: open.compactMap(OpenIncident.init), pauses: try pauses())
    }

    static func domain(_ row: [Value]) -> DomainIdentity? {
        guard row.count >= 3, let connection = row[0].text, let uuid = row[1].text.flatMap({ DomainUUID($0) }),
            let name = row[2].text
        else { return nil }
        return DomainIdentity(connection: connection, uuid: uuid, name: name)
    }
}

/// What a journal kept of the time before.
public struct Inheritance: Sendable {
    /// One step that was begun.
    public struct Past: Sendable {
        public let attempt: Attempt
        public let began: Timestamp
        /// False when the agent ended before the step did.
        public let isFinished: Bool

        /// For a journal that is no file.
        public init(attempt: Attempt, began: Timestamp, isFinished: Bool) {
            self.attempt = attempt
            self.began = began
            self.isFinished = isFinished
        }

        init?(_ row: [Value]) {
            guard row.count == 10, let domain = Journal.domain(row), let incident = row[3].text,
                let number = row[4].integer, let policy = row[5].text, let action = row[6].text,
                let cause = row[7].text.flatMap(Cause.init), let began = row[8].integer
            else { return nil }
            let attempt = Attempt(
                domain: domain, incident: incident, number: Int(clamping: number), policy: policy, action: action,
                cause: cause)
            self.init(attempt: attempt, began: Timestamp(milliseconds: began), isFinished: row[9] != .null)
        }
    }

    /// Oldest first.
    public let attempts: [Past]
    public let quarantined: [Quarantine]
    /// Incidents whose repair was held.
    public let held: [HeldIncident]
    /// Incidents that stood between two steps.
    public let open: [OpenIncident]
    public let pauses: [RepairPause]

    public init(
        attempts: [Past], quarantined: [Quarantine], held: [HeldIncident] = [], open: [OpenIncident] = [],
        pauses: [RepairPause] = []
    ) {
        self.attempts = attempts
        self.quarantined = quarantined
        self.held = held
        self.open = open
        self.pauses = pauses
    }
}

extension DomainEvent {
    /// As the journal keeps it: kind, detail, milliseconds. None of them holds a space.
    fileprivate var line: String { "\(kind) \(detail.isEmpty ? "-" : detail) \(time.milliseconds)" }

    fileprivate init?(line: Substring, of domain: DomainIdentity) {
        let words = line.split(separator: " ")
        guard words.count == 3, let time = Int64(words[2]) else { return nil }
        self.init(
            domain: domain, kind: String(words[0]), detail: words[1] == "-" ? "" : String(words[1]),
            time: Timestamp(milliseconds: time))
    }
}

extension RemediationStep {
    fileprivate init?(_ row: [Value]) {
        guard row.count == 12, let id = row[0].integer, let began = row[1].integer, let host = row[3].text,
            let name = row[4].text, let uuid = row[5].text, let incident = row[6].text
        else { return nil }
        self.init(
            id: id, began: Timestamp(milliseconds: began), ended: row[2].integer.map(Timestamp.init(milliseconds:)),
            host: host, name: name, uuid: uuid, incident: incident, attempt: Int(clamping: row[7].integer ?? 0))
        policy = row[8].text ?? ""
        action = row[9].text ?? ""
        cause = row[10].text ?? ""
        result = row[11].text
    }
}

extension Quarantine {
    /// A row of which only the domain makes sense still forbids repairs.
    fileprivate init?(_ row: [Value]) {
        guard let domain = Journal.domain(row), row.count == 8 else { return nil }
        let state = row[6].text ?? ""
        self.init(
            domain: domain, policy: row[3].text ?? "", cause: row[5].text.flatMap(Cause.init) ?? .unknown,
            left: state.isEmpty ? nil : DomainStatus(state: state, reason: row[7].text ?? ""),
            since: Timestamp(milliseconds: row[4].integer ?? 0))
    }
}

extension OpenIncident {
    fileprivate init?(_ row: [Value]) {
        guard row.count == 9, let domain = Journal.domain(row), let incident = row[3].text,
            let number = row[4].integer, let policy = row[5].text, let cause = row[6].text.flatMap(Cause.init),
            let state = row[7].text, let reason = row[8].text
        else { return nil }
        self.init(
            domain: domain, incident: incident, number: Int(clamping: number), policy: policy, cause: cause,
            left: DomainStatus(state: state, reason: reason))
    }
}
