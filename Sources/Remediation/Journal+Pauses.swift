// SPDX-License-Identifier: Apache-2.0
import Database
import Vocabulary

/// Pauses outlive the agent. The one of all domains has an empty connection and UUID.
extension Journal {
    func pause(_ pause: RepairPause) throws(DatabaseError) {
        try database.execute(
            """
            INSERT OR REPLACE INTO pauses (connection, uuid, name, author, comment, since) VALUES (?, ?, ?, ?, ?, ?)
            """,
            Self.place(pause.domain) + [
                .text(pause.domain?.name ?? ""), .text(pause.note.author), .text(pause.note.comment),
                .integer(pause.since.milliseconds),
            ])
    }

    func resume(_ domain: DomainIdentity?) throws(DatabaseError) {
        try database.execute("DELETE FROM pauses WHERE connection = ? AND uuid = ?", Self.place(domain))
    }

    func pauses() throws(DatabaseError) -> [RepairPause] {
        let rows = try database.query(
            "SELECT connection, uuid, name, author, comment, since FROM pauses LIMIT ?", [.integer(Self.rowLimit)])
        return rows.compactMap(RepairPause.init)
    }

    private static func place(_ domain: DomainIdentity?) -> [Value] {
        [.text(domain?.connection ?? ""), .text(domain?.uuid.description ?? "")]
    }
}

extension RepairPause {
    /// nil when the row makes no sense.
    fileprivate init?(_ row: [Value]) {
        guard row.count == 6, let author = row[3].text, let comment = row[4].text, let since = row[5].integer else {
            return nil
        }
        let domain = Journal.domain(row)
        guard domain != nil || row[1].text == "" else { return nil }
        self.init(
            domain: domain, note: ChangeNote(author: author, comment: comment), since: Timestamp(milliseconds: since))
    }
}
