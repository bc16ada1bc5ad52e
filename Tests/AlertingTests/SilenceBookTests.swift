// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Alerting

@Suite struct SilenceBookTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private static let hour = Duration.seconds(3600)

    private func draft(
        _ matchers: [String] = ["domain=\"a\""], id: String? = nil, from: Duration? = nil, until: Duration = hour,
        author: String = "ada", comment: String = "why"
    ) throws -> SilenceDraft {
        SilenceDraft(
            id: id, scope: .alerts(try AlertMatchers(parsing: matchers).all), startsAt: from.map { Self.start + $0 },
            endsAt: Self.start + until, author: author, comment: comment)
    }

    private func maintenance(_ names: [String], hosts: [String] = [], until: Duration = hour) -> SilenceDraft {
        SilenceDraft(
            scope: .domains(DomainScope(names: names, hosts: hosts)), endsAt: Self.start + until, author: "ada",
            comment: "disks")
    }

    private func labels(_ pairs: [String: String]) -> Labels {
        Labels(pairs.map { Label($0.key, $0.value) })
    }

    private func muting(_ labels: Labels, in book: SilenceBook, at time: Timestamp) -> Silence? {
        var coverage = SilenceCoverage()
        return coverage.muting(labels, in: book, at: time)
    }

    /// The kind of refusal of `draft`, nil when it is taken.
    private func refusal(_ draft: SilenceDraft) -> ChangeRefusal.Kind? {
        var book = SilenceBook()
        do throws(ChangeRefusal) {
            _ = try book.put(draft, fresh: "1", at: Self.start)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test(arguments: [
        (["domain=\"a\""], ["domain": "a", "alertname": "X"], true),
        (["domain=\"a\""], ["domain": "b"], false),
        (["domain=~\"a|b\"", "alertname!=\"Y\""], ["domain": "b", "alertname": "X"], true),
        (["domain=~\"a|b\"", "alertname!=\"Y\""], ["domain": "b", "alertname": "Y"], false),
        (["domain=~\"a\""], ["domain": "ab"], false),
        (["domain=\"a\"", "team=\"\""], ["domain": "a"], true),
    ])
    func `silences what passes all matchers`(_ matchers: [String], _ alert: [String: String], _ isSilenced: Bool) throws
    {
        var book = SilenceBook()
        _ = try book.put(try draft(matchers), fresh: "1", at: Self.start)
        #expect((muting(labels(alert), in: book, at: Self.start) != nil) == isSilenced)
    }

    @Test(arguments: [
        (["web-*"], [], ["domain": "web-1"], true),
        (["web-*"], [], ["domain": "db-1"], false),
        (["/web-[0-9]+/"], [], ["domain": "web-12"], true),
        (["/web-[0-9]+/"], [], ["domain": "web-x"], false),
        (["db", "web-?"], [], ["domain": "web-1"], true),
        (["*"], ["n1"], ["domain": "a", "host": "n1"], true),
        (["*"], ["n1"], ["domain": "a", "host": "n2"], false),
        (["*"], ["/n[12]/"], ["domain": "a", "host": "n2"], true),
        (["*"], [], ["alertname": "LibvirtDown"], false),
        ([], [], ["alertname": "LibvirtDown"], true),
        ([], ["n1"], ["alertname": "LibvirtDown", "host": "n2"], false),
    ])
    func `a maintenance is for names and hosts`(
        _ names: [String], _ hosts: [String], _ alert: [String: String], _ isMeant: Bool
    ) throws {
        var book = SilenceBook()
        _ = try book.put(maintenance(names, hosts: hosts), fresh: "1", at: Self.start)
        #expect((muting(labels(alert), in: book, at: Self.start) != nil) == isMeant)
    }

    @Test(arguments: [
        // What a silence holds: the domain it names, and what a silenced alert asks for.
        (["domain=\"a\""], nil, true),
        (["domain=~\"a.*\"", "severity!=\"critical\""], nil, true),
        (["host=\"local\""], nil, true),
        (["alertname=\"Hung\""], nil, false),
        (["alertname=\"Hung\""], ["alertname": "Hung", "domain": "a"], true),
        (["alertname=\"Hung\"", "domain=\"a\""], ["alertname": "Hung", "domain": "a"], true),
        (["alertname=\"Hung\"", "domain=\"a\""], nil, false),
        (["severity!~\"x.+\"", "alertname!=\"\""], nil, false),
        (["domain=\"b\""], nil, false),
    ])
    func `holds the repair of a domain`(_ matchers: [String], _ alert: [String: String]?, _ isHeld: Bool) throws {
        var book = SilenceBook()
        _ = try book.put(try draft(matchers), fresh: "1", at: Self.start)
        let domain = labels(["domain": "a", "host": "local", "uuid": "u"])
        let held = book.holding(domain: domain, alert: alert.map { labels($0) }, at: Self.start)
        #expect((held != nil) == isHeld)
    }

    @Test func `begins and ends at its times, and says who ends last`() throws {
        var book = SilenceBook()
        let alert = labels(["domain": "a"])
        _ = try book.put(try draft(from: .seconds(60)), fresh: "1", at: Self.start)
        _ = try book.put(try draft(from: .seconds(60), until: .seconds(120)), fresh: "2", at: Self.start)
        let held = [0, 59, 60, 119, 120, 3599, 3600].map { second in
            muting(alert, in: book, at: Self.start + .seconds(second))?.id
        }
        #expect(held == [nil, nil, "1", "1", "1", "1", nil])
        #expect(book.all(at: Self.start + .seconds(130)).map(\.id) == ["1", "2"])
        #expect(book["2"]?.state(at: Self.start + .seconds(130)) == .expired)
    }

    @Test func `what is no silence is refused`() throws {
        let cases: [(SilenceDraft, ChangeRefusal.Kind?)] = [
            (try draft(), nil),
            (try draft(["domain=~\".*\""]), .invalid),
            (try draft(["domain!=\"a\""]), .invalid),
            (SilenceDraft(scope: .alerts([]), endsAt: Self.start + Self.hour, author: "a", comment: "c"), .invalid),
            (
                SilenceDraft(
                    scope: .alerts([LabelMatcher("a", .matches, "(")]), endsAt: Self.start + Self.hour, author: "a",
                    comment: "c"), .invalid
            ),
            (
                SilenceDraft(
                    scope: .alerts([LabelMatcher("no name", .equal, "x")]), endsAt: Self.start + Self.hour, author: "a",
                    comment: "c"), .invalid
            ),
            (try draft(Array(repeating: "a=\"b\"", count: 65)), .invalid),
            (try draft(["a=\"\(String(repeating: "b", count: 1025))\""]), .invalid),
            (try draft(author: ""), .invalid), (try draft(comment: ""), .invalid),
            (try draft(author: String(repeating: "a", count: 129)), .invalid),
            (try draft(comment: String(repeating: "a", count: 1025)), .invalid),
            (try draft(until: .zero), .invalid), (try draft(from: .seconds(10), until: .seconds(5)), .invalid),
            (try draft(until: .seconds(367 * 86_400)), .invalid),
            (try draft(id: "none"), .unknown),
            (maintenance(["/(/"]), .invalid), (maintenance([""]), .invalid),
            (maintenance(["a"], hosts: [String(repeating: "a", count: 1025)]), .invalid),
        ]
        for (number, (draft, kind)) in cases.enumerated() {
            #expect(refusal(draft) == kind, "case \(number)")
        }
    }

    @Test func `a change of what it is for ends the old one, a change of its time does not`() throws {
        var book = SilenceBook()
        _ = try book.put(try draft(), fresh: "1", at: Self.start)
        let later = Self.start + .seconds(60)
        let longer = try book.put(try draft(id: "1", until: .seconds(7200), comment: "more"), fresh: "2", at: later)
        #expect(longer.silence.id == "1")
        #expect(longer.silence.startsAt == Self.start)
        #expect(longer.moves == [.put(longer.silence)])
        let other = try book.put(try draft(["domain=\"b\""], id: "1"), fresh: "3", at: later)
        #expect(other.silence.id == "3")
        #expect(book["1"]?.endsAt == later)
        #expect(other.moves.count == 2)
        // One that is over begins anew, under another id.
        let anew = try book.put(try draft(id: "1", until: .seconds(7200)), fresh: "4", at: later)
        #expect(anew.silence.id == "4")
        #expect(book["1"]?.endsAt == later)
    }

    @Test func `is ended once`() throws {
        var book = SilenceBook()
        _ = try book.put(try draft(from: .seconds(60)), fresh: "1", at: Self.start)
        _ = try book.expire("1", at: Self.start)
        #expect(book["1"]?.state(at: Self.start) == .expired)
        #expect(throws: ChangeRefusal.self) { _ = try book.expire("1", at: Self.start) }
        #expect(throws: ChangeRefusal.self) { _ = try book.expire("2", at: Self.start) }
    }

    @Test func `what is over is shown for days, and what is new has its place before it`() throws {
        var book = SilenceBook()
        for number in 0..<SilenceBook.most {
            _ = try book.put(
                try draft(until: number == 7 ? .seconds(1) : Self.hour), fresh: "\(number)", at: Self.start)
        }
        let full = try #require(throws: ChangeRefusal.self) {
            _ = try book.put(try draft(), fresh: "x", at: Self.start)
        }
        #expect(full.kind == .unavailable)
        let moves = try book.put(try draft(), fresh: "x", at: Self.start + .seconds(2)).moves
        #expect(moves.first == .remove(id: "7"))
        let before = Self.start + Self.hour + SilenceBook.kept - .milliseconds(1)
        #expect(book.sweep(at: before).isEmpty)
        #expect(book.sweep(at: before + .milliseconds(1)).count == SilenceBook.most)
        #expect(book.all(at: before).isEmpty)
    }

    @Test func `what a file holds that makes no sense is passed over`() throws {
        var book = SilenceBook()
        func silence(_ id: String, _ scope: Silence.Scope, comment: String = "c") -> Silence {
            Silence(
                id: id, scope: scope, startsAt: Self.start, endsAt: Self.start + Self.hour, updatedAt: Self.start,
                author: "a", comment: comment)
        }
        book.restore([
            silence("1", .alerts([LabelMatcher("a", .matches, "(")])),
            silence("2", .alerts([LabelMatcher("a", .equal, "b")]), comment: String(repeating: "x", count: 5000)),
            silence("3", .alerts([LabelMatcher("a", .equal, "b")])),
        ])
        #expect(book.all(at: Self.start).map(\.id) == ["3"])
    }

    @Test func `an audit's line is one line, whatever author and comment are`() {
        let silence = Silence(
            id: "7", scope: .domains(DomainScope(names: ["a"])), startsAt: Self.start, endsAt: Self.start,
            updatedAt: Self.start, author: "ada\u{1B}[2J", comment: "new\ndisks\u{202E}")
        #expect(silence.title == "maintenance 7 by ada\\u{1b}[2J: new\\u{a}disks\\u{202e}")
    }
}
