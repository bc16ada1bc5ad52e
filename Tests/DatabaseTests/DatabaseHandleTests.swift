// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Testing

@Suite struct DatabaseHandleTests {
    /// A path in a directory of its own, removed with the value.
    private final class Place {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("database-\(UUID().uuidString)")
        var file: String { directory.appendingPathComponent("one.db").path }

        init() throws {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }

        deinit {
            // Silence is right: the directory is a temporary one.
            try? FileManager.default.removeItem(at: directory)
        }
    }

    @Test func `gives back every kind of value`() throws {
        let place = try Place()
        let database = try DatabaseHandle(path: place.file)
        try database.execute("CREATE TABLE one (a, b, c, d, e, f, g)")
        let row: [Value] = [
            .null, .integer(.min), .real(0.5), .text("it's; -- \"é\""), .blob([0, 255]), .text(""), .blob([]),
        ]
        try database.execute("INSERT INTO one VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        #expect(try database.query("SELECT * FROM one") == [row])
    }

    @Test func `keeps rows and schema version when opened again`() throws {
        let place = try Place()
        let steps = [["CREATE TABLE one (a)"], ["ALTER TABLE one ADD COLUMN b"]]
        do {
            let database = try DatabaseHandle(path: place.file)
            try database.migrate([steps[0]])
            try database.execute("INSERT INTO one VALUES (1)")
        }
        let database = try DatabaseHandle(path: place.file)
        try database.migrate(steps)
        #expect(try database.schemaVersion() == 2)
        #expect(try database.query("SELECT * FROM one") == [[.integer(1), .null]])
        #expect(try database.query("PRAGMA journal_mode") == [[.text("wal")]])
    }

    @Test func `refuses a file of a newer program`() throws {
        let place = try Place()
        let database = try DatabaseHandle(path: place.file)
        try database.execute("PRAGMA user_version = 9")
        let error = #expect(throws: DatabaseError.self) { try database.migrate([["CREATE TABLE one (a)"]]) }
        #expect(error?.message == "the file has schema 9, this program knows 1; use the newer program")
    }

    @Test func `a failed step leaves nothing behind`() throws {
        let place = try Place()
        let database = try DatabaseHandle(path: place.file)
        #expect(throws: DatabaseError.self) { try database.migrate([["CREATE TABLE one (a)", "CREATE nonsense"]]) }
        #expect(try database.schemaVersion() == 0)
        #expect(try database.query("SELECT name FROM sqlite_master").isEmpty)
    }

    @Test func `file and side files are for their owner only`() throws {
        let place = try Place()
        #expect(FileManager.default.createFile(atPath: place.file, contents: nil))
        let database = try DatabaseHandle(path: place.file)
        try database.execute("CREATE TABLE one (a)")
        for suffix in ["", "-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: place.file + suffix)
            #expect((attributes[.posixPermissions] as? Int) == 0o600, "\(suffix)")
        }
    }

    @Test func `says what is wrong with a file that is no database`() throws {
        let place = try Place()
        try String(repeating: "no database ", count: 100).write(toFile: place.file, atomically: true, encoding: .utf8)
        let error = #expect(throws: DatabaseError.self) { try DatabaseHandle(path: place.file).schemaVersion() }
        #expect(error?.code == .notADatabase)
    }

    @Test func `says which directory is missing`() {
        let error = #expect(throws: DatabaseError.self) { _ = try DatabaseHandle(path: "/nonexistent/one.db").path }
        #expect(error?.code == .cannotOpen)
        #expect(
            error.map { "\($0)" }
                == "open on database /nonexistent/one.db: No such file or directory (code 14); "
                + "the directory must exist and be writable")
    }

    @Test func `two statements in one call run only as one`() throws {
        let place = try Place()
        let database = try DatabaseHandle(path: place.file)
        try database.execute("CREATE TABLE one (a); CREATE TABLE two (a)")
        #expect(try database.query("SELECT name FROM sqlite_master") == [[.text("one")]])
    }
}
