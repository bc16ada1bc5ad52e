// SPDX-License-Identifier: Apache-2.0
import Daemon
import Testing
import Vocabulary

@Suite struct EventLogTests {
    private func event(_ name: String, kind: String = "lifecycle") -> DomainEvent {
        DomainEvent(
            domain: DomainIdentity(connection: "local", uuid: DomainUUID(high: 0, low: 1), name: name), kind: kind,
            detail: "started_booted", time: Timestamp(milliseconds: 0))
    }

    private func names(_ page: EventPage) -> [String] { page.events.map(\.name) }

    @Test func `the newest are kept, and shown oldest first`() {
        let log = EventLog(capacity: 3)
        #expect(log.page(EventQuery()) == EventPage(events: [], last: 0, lost: 0))
        for number in 1...5 { log.note(event("d\(number)")) }
        #expect(names(log.page(EventQuery())) == ["d3", "d4", "d5"])
        #expect(names(log.page(EventQuery(limit: 2))) == ["d4", "d5"])
        #expect(log.page(EventQuery()).events.map(\.id) == [3, 4, 5])
    }

    @Test func `a reader goes on where it was, and is told what it missed`() {
        let log = EventLog(capacity: 3)
        for number in 1...5 { log.note(event("d\(number)")) }
        #expect(log.page(EventQuery(after: 5)) == EventPage(events: [], last: 5, lost: 0))
        let first = log.page(EventQuery(after: 0, limit: 2))
        #expect(names(first) == ["d3", "d4"] && first.last == 4 && first.lost == 2)
        let second = log.page(EventQuery(after: first.last, limit: 2))
        #expect(names(second) == ["d5"] && second.last == 5 && second.lost == 0)
        // From before a restart.
        #expect(names(log.page(EventQuery(after: 900))) == ["d3", "d4", "d5"])
    }

    @Test func `it can be asked for one object and one kind`() {
        let log = EventLog()
        for name in ["a", "b", "a"] { log.note(event(name)) }
        log.note(event("a", kind: "watchdog"))
        let status = DomainStatus(state: "running", reason: "booted")
        log.note(
            DomainFinding(domain: event("b").domain, before: status, now: nil, time: Timestamp(milliseconds: 0)))
        #expect(names(log.page(EventQuery(name: "a"))).count == 3)
        #expect(log.page(EventQuery(name: "a", kind: "watchdog")).events.map(\.id) == [4])
        #expect(log.page(EventQuery(kind: "finding")).events.map(\.detail) == ["running (booted) to gone"])
        #expect(log.page(EventQuery(host: "other")).events.isEmpty)
        #expect(log.page(EventQuery(after: 0, limit: 1, kind: "watchdog")).last == 4)
    }

    @Test func `a long text is cut`() {
        let log = EventLog()
        log.note(event(String(repeating: "x", count: 5000)))
        #expect(log.page(EventQuery()).events.first?.name.count == 256)
    }
}
