// SPDX-License-Identifier: Apache-2.0
import Daemon
import Database
import Logging
import TestHosts
import Testing
import Vocabulary

@Suite struct SilenceDeskTests {
    private let lines = Lines()
    private let domain = DomainIdentity(connection: "local", uuid: DomainUUID(high: 1, low: 2), name: "web-1")

    private func desk(_ path: String?) -> SilenceDesk {
        SilenceDesk(path: path, log: lines.logger())
    }

    private func draft(
        _ scope: Silence.Scope = .domains(DomainScope(names: ["web-*"])), comment: String = "disks",
        author: String = "ada", for length: Duration = .seconds(3600)
    ) -> SilenceDraft {
        SilenceDraft(scope: scope, endsAt: .now + length, author: author, comment: comment)
    }

    @Test func `what was answered is in force, and there after a restart, whatever the texts are`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/silences.db"
        let comment = "'); DROP TABLE silences; --\u{1B}[2J\n\u{202E}\0 </script>"
        let first = desk(path)
        let taken = try await first.put(draft(comment: comment, author: "a\"b\\\n"))
        #expect(taken.warnings == nil)
        #expect(first.holding(domain, alert: nil, at: .now)?.id == taken.silenceID)
        let second = desk(path)
        let kept = try #require(await second.silences().first)
        #expect(kept.comment == comment)
        #expect(kept.author == "a\"b\\\n")
        #expect(second.muting(Labels([Label("domain", "web-7")]), at: .now) == kept)
        #expect(second.muting(Labels([Label("domain", "db")]), at: .now) == nil)
        try await second.expire(taken.silenceID, isMaintenance: true)
        #expect(desk(path).holding(domain, alert: nil, at: .now) == nil)
        #expect(lines.all.allSatisfy { !$0.contains("\n") && !$0.contains("\u{1B}") })
        await directory.remove()
    }

    @Test func `without a state directory it says that it forgets`() async throws {
        let taken = try await desk(nil).put(draft())
        #expect(taken.warnings == ["state.directory is not set: this is forgotten when the agent ends"])
    }

    @Test func `with a file that cannot be used nothing is taken, and nothing stops`() async throws {
        let directory = try OwnedDirectory()
        let path = try directory.write("silences.db", Array(repeating: UInt8(7), count: 8192))
        let desk = desk(path)
        let refusal = try #require(await throwing { _ = try await desk.put(draft()) })
        #expect(refusal.kind == .unavailable)
        #expect(desk.muting(Labels([Label("domain", "web-1")]), at: .now) == nil)
        #expect(await desk.silences().isEmpty)
        await directory.remove()
    }

    @Test func `a row that another program wrote is passed over`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/silences.db"
        _ = try await desk(path).put(draft())
        try spoil(path)
        #expect(await desk(path).silences().count == 1)
        await directory.remove()
    }

    private func spoil(_ path: String) throws(DatabaseError) {
        let database = try DatabaseHandle(path: path)
        for (id, json) in [("x", "{"), ("y", "{\"id\":\"y\"}"), ("z", String(repeating: "[", count: 100_000))] {
            try database.execute("INSERT INTO silences VALUES (?, ?)", [.text(id), .text(json)])
        }
    }

    @Test func `a silence is no maintenance`() async throws {
        let desk = desk(nil)
        let id = try await desk.put(draft(.alerts([LabelMatcher("domain", .equal, "web-1")]))).silenceID
        #expect(try #require(await throwing { try await desk.expire(id, isMaintenance: true) }).kind == .unknown)
        var change = draft()
        change.id = id
        let wrong = change
        #expect(try #require(await throwing { _ = try await desk.put(wrong) }).kind == .invalid)
        #expect(try await desk.silences(passing: ["domain=\"web-1\""]).map(\.id) == [id])
        #expect(try await desk.silences(passing: ["domain=\"web-2\""]).isEmpty)
        #expect(try #require(await throwing { _ = try await desk.silences(passing: ["("]) }).kind == .invalid)
        #expect(desk.holding(domain, alert: nil, at: .now)?.id == id)
    }

    @Test func `alerts of the only connection belong to its name`() async throws {
        let desk = desk(nil)
        _ = try await desk.put(draft(.domains(DomainScope(names: ["*"], hosts: ["n1"]))))
        let alert = Labels([Label("domain", "web-1")])
        #expect(desk.muting(alert, at: .now) == nil)
        desk.setSingleHost("n1")
        #expect(desk.muting(alert, at: .now) != nil)
        desk.setSingleHost("n2")
        #expect(desk.muting(alert, at: .now) == nil)
    }

    @Test func `many at once are all kept`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/silences.db"
        let desk = desk(path)
        let draft = draft()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await desk.put(draft) } }
            try await group.waitForAll()
        }
        #expect(await self.desk(path).silences().count == 50)
        await directory.remove()
    }

    private func throwing(_ body: () async throws -> Void) async -> ChangeRefusal? {
        do {
            try await body()
            return nil
        } catch {
            return error as? ChangeRefusal
        }
    }
}
