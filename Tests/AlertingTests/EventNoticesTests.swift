// SPDX-License-Identifier: Apache-2.0
import Testing
import Vocabulary

@testable import Alerting

@Suite struct EventNoticesTests {
    private func event(
        _ name: String = "web-1", _ kind: String = "lifecycle", _ detail: String = "stopped_failed",
        object: String = "domain", note: String = "", at second: Int64 = 0
    ) -> EventRecord {
        EventRecord(
            id: 1, time: Timestamp(milliseconds: second * 1000), host: "n1", object: object, name: name,
            uuid: "u-\(name)", kind: kind, detail: detail, note: note)
    }

    private func notices(_ routes: (matchers: [String], receiver: String)..., namesHosts: Bool = false) throws
        -> EventNotices
    {
        EventNotices(
            try routes.map {
                EventRoute(
                    matchers: try AlertMatchers(parsing: $0.matchers), receiver: $0.receiver, rest: .seconds(60))
            }, namesHosts: namesHosts)
    }

    @Test func `an event becomes an alert for each receiver whose route it passes, once`() throws {
        var notices = try notices(
            (["event=\"lifecycle\"", "detail=~\"stopped_(failed|crashed)\""], "ops"), (["domain=~\"web-.*\""], "ops"),
            (["host=\"n1\"", "object=\"domain\""], "all"), (["domain=\"db\""], "none"), namesHosts: true)
        let told = notices.hear(event(note: "disk\nvda"), now: .zero)
        #expect(told.map(\.receiver) == ["ops", "all"])
        let alert = try #require(told.first?.alert)
        #expect(
            "\(alert.labels)" == """
                {alertname="DomainEvent", detail="stopped_failed", domain="web-1", event="lifecycle", host="n1", \
                uuid="u-web-1"}
                """)
        #expect(alert.annotations["summary"] == "web-1: lifecycle stopped_failed")
        #expect(alert.annotations["note"] == "disk\\u{a}vda")
        #expect(alert.annotations["count"] == "1")
        #expect(alert.state == .firing)
        #expect(notices.hear(event("x", "y", "z", object: "network"), now: .zero).isEmpty)
    }

    @Test func `what is no domain is an alert of another name`() throws {
        var notices = try notices((["object=\"network\""], "ops"))
        let told = notices.hear(event("net", "lifecycle", "stopped", object: "network"), now: .zero)
        #expect(
            told.map { "\($0.alert.labels)" } == [
                "{alertname=\"ObjectEvent\", detail=\"stopped\", event=\"lifecycle\", name=\"net\", object=\"network\", "
                    + "uuid=\"u-net\"}"
            ])
    }

    @Test func `what repeats itself is counted and told when the rest is over`() throws {
        var notices = try notices(([], "ops"))
        #expect(notices.hear(event(), now: .zero).count == 1)
        for second in 1...5 {
            #expect(notices.hear(event(at: Int64(second)), now: .seconds(second)).isEmpty)
        }
        // Another event of the same domain has its own count.
        #expect(notices.hear(event("web-1", "watchdog", "reset"), now: .seconds(5)).count == 1)
        #expect(notices.due(now: .seconds(59)).isEmpty)
        let told = notices.due(now: .seconds(60))
        #expect(
            told.compactMap { $0.alert.annotations["summary"] } == [
                "web-1: lifecycle stopped_failed, 5 times since 1970-01-01T00:00:01.000Z"
            ])
        #expect(told.first?.alert.value == 5)
        // Quiet since then: the next one is told at once.
        #expect(notices.due(now: .seconds(120)).isEmpty)
        #expect(notices.isIdle)
        #expect(notices.hear(event(), now: .seconds(121)).count == 1)
    }

    @Test func `a storm is a handful of notices, and none of its events is lost`() throws {
        for domains in [1, 7, 10_000] {
            var notices = try notices(([], "ops"))
            var told: [EventNotices.Notice] = []
            for number in 0..<10_000 {
                told += notices.hear(event("d-\(number % domains)"), now: .milliseconds(number))
            }
            told += notices.due(now: .seconds(70))
            #expect(told.count <= 2 * EventNotices.mostNamed + 2, "\(domains) domains")
            #expect(told.reduce(0) { $0 + Int($1.alert.value) } == 10_000, "\(domains) domains")
        }
    }

    @Test func `at the end all that was counted is told`() throws {
        var notices = try notices(([], "ops"))
        for _ in 0..<3 { _ = notices.hear(event(), now: .zero) }
        #expect(notices.due(now: .seconds(1), isEnd: true).map(\.alert.value) == [2])
    }
}
