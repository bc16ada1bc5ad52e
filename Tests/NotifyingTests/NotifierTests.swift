// SPDX-License-Identifier: Apache-2.0
import Alerting
import Glibc
import Notifying
import Synchronization
import TestHosts
import Testing
import Vocabulary
import WebClient

@Suite struct NotifierTests {
    /// Keeps what a notifier reports.
    private final class Reports: Sendable {
        private let kept = Mutex<[Delivery]>([])
        var all: [Delivery] { kept.withLock { $0 } }
        func take(_ delivery: Delivery) { kept.withLock { $0.append(delivery) } }
    }

    private let reports = Reports()

    private func notifier(
        _ receivers: [(String, String)], routes: [Route]? = nil, inhibitions: [InhibitRule] = [],
        timeout: Duration = .seconds(10)
    ) -> Notifier {
        let all = receivers.map { name, _ in
            Route(matchers: .all, receiver: name, goesOn: true, grouping: Grouping(interval: .zero))
        }
        let settings = NotifierSettings(
            receivers: receivers.map {
                Receiver(name: $0.0, channel: Webhook(address: .url($0.1), timeout: timeout))
            },
            routes: routes ?? all, inhibitions: inhibitions, externalURL: "http://host:9177")
        let reports = reports
        return Notifier(settings) { reports.take($0) }
    }

    @Test func `tells that an alert fires and that it is resolved`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier([("ops", sink.url)])
        await notifier.take([.of("web-1")])
        try await waitUntil("the alert is told") { sink.requests.count == 1 }
        await notifier.take([.of("web-1", .resolved)])
        try await waitUntil("its end is told") { sink.requests.count == 2 }
        #expect(sink.requests[0].text.contains(#""status":"firing""#))
        #expect(sink.requests[1].text.contains(#""status":"resolved""#))
        #expect(sink.requests[0].headers["content-type"] == "application/json")
        try await waitUntil("both are counted") { await notifier.figures()["ops"]?.delivered == 2 }
        await notifier.stop(within: .seconds(1))
    }

    @Test func `a thousand alerts at once are one message`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier([("ops", sink.url)])
        await notifier.take((0..<1000).map { .of("web-\($0)") })
        try await waitUntil("they are told") { await notifier.figures()["ops"]?.depth == 0 && !sink.requests.isEmpty }
        #expect(sink.requests.count == 1)
        #expect(reports.all.map(\.alerts) == [1000])
        await notifier.stop(within: .seconds(1))
    }

    @Test(arguments: [WebSink.Behaviour.answer(500), .hang, .close])
    func `a receiver that fails is tried again until it takes the message`(behaviour: WebSink.Behaviour) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(behaviour)
        let notifier = notifier([("ops", sink.url)], timeout: .milliseconds(300))
        await notifier.take([.of("web-1")])
        try await waitUntil("the first attempt has failed") { !self.reports.all.isEmpty }
        guard case .failed(_, let delay) = reports.all[0].result else { throw HostError("\(reports.all[0])") }
        #expect(delay < .seconds(2))
        sink.behave(.answer(200))
        try await waitUntil("it is told") { self.reports.all.last?.result == .delivered }
        #expect(reports.all.last?.failuresBefore == reports.all.count - 1)
        #expect(sink.requests.last?.text.contains("web-1") == true)
        await notifier.stop(within: .seconds(1))
    }

    @Test func `a receiver that refuses for good is not asked again`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(404))
        let notifier = notifier([("ops", sink.url)])
        await notifier.take([.of("web-1")])
        try await waitUntil("it is refused") { !self.reports.all.isEmpty }
        #expect(reports.all.map(\.result) == [.refused(reason: "it answered 404")])
        let figures = await notifier.figures()["ops"]
        #expect(figures?.refused == 1)
        #expect(figures?.failures == [.status4xx: 1])
        #expect(figures?.givenUp == [.refused: 1])
        #expect(figures?.depth == 0)
        await notifier.stop(within: .seconds(1))
    }

    @Test func `a receiver that hangs delays no other`() async throws {
        let slow = try WebSink()
        let quick = try WebSink()
        defer {
            slow.stop()
            quick.stop()
        }
        slow.behave(.hang)
        let notifier = notifier([("slow", slow.url), ("quick", quick.url)])
        await notifier.take([.of("web-1")])
        try await waitUntil("the other is told") { quick.requests.count == 1 }
        #expect(!reports.all.contains { $0.receiver == "slow" && $0.result == .delivered })
        await notifier.stop(within: .milliseconds(10))
    }

    /// Waits, while it makes its parcels, for somebody to write into a FIFO: a disk that hangs.
    private struct Hanging: Channel {
        static let key = "hanging"
        let path: String

        func parcels(for message: Message, complain: @escaping Complain) throws(ChannelError) -> [Parcel] {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 { close(descriptor) }
            return []
        }
    }

    @Test func `a disk that hangs under the secrets of receivers delays nobody else, and no end`() async throws {
        let directory = try OwnedDirectory()
        let path = directory.path + "/fifo"
        #expect(mkfifo(path, 0o600) == 0)
        let sink = try WebSink()
        defer { sink.stop() }
        // More than this machine has threads for Swift's own tasks.
        let hung = (0..<16).map { Receiver(name: "hung-\($0)", channel: Hanging(path: path)) }
        let receivers = hung + [Receiver(name: "ops", channel: Webhook(address: .url(sink.url)))]
        let reports = reports
        let notifier = Notifier(NotifierSettings(receivers: receivers)) { reports.take($0) }
        for count in 1...3 {
            await notifier.take([.of("web-\(count)", name: "Alert\(count)")])
            try await waitUntil("the other is told") { sink.requests.count == count }
        }
        #expect(await notifier.figures()["hung-0"]?.depth == 3)
        await notifier.reload(NotifierSettings(receivers: receivers))
        await notifier.stop(within: .milliseconds(100))
        #expect(reports.all.allSatisfy { $0.receiver == "ops" })
        // Lets the threads go.
        let writer = open(path, O_RDWR | O_CLOEXEC)
        await directory.remove()
        close(writer)
    }

    @Test func `what is too much for one message is told in several`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier([("ops", sink.url)])
        // An alert is some 340 bytes of it.
        sink.behave(.takeUpTo(5000))
        await notifier.take((0..<40).map { .of("web-\($0)") })
        try await waitUntil("they are told") {
            self.reports.all.filter { $0.result == .delivered }.map(\.alerts).reduce(0, +) >= 40
        }
        let reports = reports.all
        #expect(reports.map(\.alerts) == [40, 20, 10, 10, 10, 10])
        #expect(reports[0].result == .failed(reason: "it answered 413", delay: .zero))
        #expect(await notifier.figures()["ops"]?.givenUp == [:])
        await notifier.stop(within: .seconds(1))
    }

    @Test func `one alert that is too much by itself is given up, and none beside it`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier([("ops", sink.url)])
        sink.behave(.answer(413))
        await notifier.take([.of("web-1"), .of("web-2")])
        try await waitUntil("both are refused") { self.reports.all.count { $0.result.isRefused } == 2 }
        #expect(await notifier.figures()["ops"]?.givenUp == [.refused: 2])
        #expect(await notifier.figures()["ops"]?.failures == [.status4xx: 3])
        await notifier.stop(within: .seconds(1))
    }

    @Test func `a template that is of no use is complained of once`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let body = try MessageTemplate(parsing: #"{"text": "{{ .CommonLabels.domain }}"}"#)
        let receivers = [Receiver(name: "ops", channel: Webhook(WebTarget(url: .url(sink.url)), body: body))]
        let reports = reports
        let notifier = Notifier(NotifierSettings(receivers: receivers)) { reports.take($0) }
        for count in 1...3 {
            await notifier.take([.of("a\"\(count)", name: "Alert\(count)")])
            try await waitUntil("it is told") { self.reports.all.count == count }
        }
        #expect(reports.all.map(\.complaints.count) == [1, 0, 0])
        #expect(reports.all.allSatisfy { $0.result == .delivered })
        await notifier.stop(within: .seconds(1))
    }

    @Test func `routes choose by matchers, in order, and may go on`() async throws {
        let critical = try WebSink()
        let rest = try WebSink()
        defer {
            critical.stop()
            rest.stop()
        }
        let routes = [
            Route(matchers: try AlertMatchers(parsing: ["severity=critical"]), receiver: "critical"),
            Route(matchers: try AlertMatchers(parsing: []), receiver: "rest"),
        ]
        let notifier = notifier([("critical", critical.url), ("rest", rest.url)], routes: routes)
        await notifier.take([.of("web-1"), .of("web-2", name: "DomainPaused", severity: "warning")])
        try await waitUntil("both are told") { critical.requests.count == 1 && rest.requests.count == 1 }
        #expect(critical.requests[0].text.contains("web-1") && !critical.requests[0].text.contains("web-2"))
        #expect(rest.requests[0].text.contains("web-2") && !rest.requests[0].text.contains("web-1"))
        await notifier.stop(within: .seconds(1))
    }

    @Test func `an alert that another one inhibits is told when that has ended`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let rule = InhibitRule(
            source: try AlertMatchers(parsing: ["alertname=HostDown"]),
            target: try AlertMatchers(parsing: ["alertname!=HostDown"]))
        let notifier = notifier([("ops", sink.url)], inhibitions: [rule])
        await notifier.take([.of("web-1"), .of("", name: "HostDown")])
        try await waitUntil("the source is told") { sink.requests.count == 1 }
        await notifier.take([.of("", .resolved, name: "HostDown")])
        try await waitUntil("its end and the target are told") { sink.requests.count == 3 }
        #expect(!sink.requests[0].text.contains("web-1"))
        #expect(sink.requests.dropFirst().count { $0.text.contains("web-1") } == 1)
        await notifier.stop(within: .seconds(1))
    }

    @Test func `a receiver that is new after a reload is told what fires`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let notifier = notifier([])
        await notifier.take([.of("web-1"), .of("web-2"), .of("web-2", .resolved)])
        await notifier.reload(
            NotifierSettings(receivers: [Receiver(name: "ops", channel: Webhook(address: .url(sink.url)))]))
        try await waitUntil("it is told") { sink.requests.count == 1 }
        #expect(sink.requests[0].text.contains("web-1") && !sink.requests[0].text.contains("web-2"))
        await notifier.stop(within: .seconds(1))
    }

    @Test func `what a receiver is owed outlives a reload`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(503))
        let notifier = notifier([("ops", sink.url)])
        await notifier.take([.of("web-1")])
        try await waitUntil("the first attempt has failed") { !self.reports.all.isEmpty }
        let other = try WebSink()
        defer { other.stop() }
        await notifier.reload(
            NotifierSettings(receivers: [Receiver(name: "ops", channel: Webhook(address: .url(other.url)))]))
        try await waitUntil("the new address is told") { other.requests.count == 1 }
        await notifier.stop(within: .seconds(1))
    }
}

extension Delivery.Result {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}
