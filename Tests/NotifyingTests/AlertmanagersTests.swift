// SPDX-License-Identifier: Apache-2.0
import Alerting
import FoundationEssentials
import Synchronization
import TestHosts
import Testing
import Vocabulary
import WebClient

@testable import Notifying

@Suite struct AlertmanagersTests {
    /// What stands, and what was reported.
    private final class Scene: Sendable {
        private let state = Mutex<(standing: [StandingAlert], reports: [Delivery])>(([], []))
        var standing: [StandingAlert] {
            get { state.withLock { $0.standing } }
            set { state.withLock { $0.standing = newValue } }
        }
        var reports: [Delivery] { state.withLock { $0.reports } }

        var world: AlertmanagerWorld {
            AlertmanagerWorld(
                standing: { self.standing }, now: { Scene.now },
                report: { delivery in self.state.withLock { $0.reports.append(delivery) } })
        }

        static var now: Timestamp { Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000)) }

        func stand(_ alerts: [Alert]) { standing = alerts.map { StandingAlert(alert: $0, interval: .seconds(15)) } }
    }

    private let scene = Scene()

    private func alert(_ domain: String, _ state: Alert.State = .firing, ago: Duration = .seconds(30)) -> Alert {
        var alert = Alert.of(domain, state)
        alert.firedAt = Scene.now - ago
        alert.resolvedAt = state == .resolved ? Scene.now : nil
        return alert
    }

    private func start(
        _ targets: [AlertmanagerTarget], external: Labels = .none, relabelling: [Relabelling] = []
    ) -> Alertmanagers {
        Alertmanagers(
            AlertmanagerSettings(
                targets: targets, externalLabels: external, relabelling: relabelling, externalURL: "http://host:9177"),
            scene.world)
    }

    @Test func `a real Alertmanager shows an alert, and shows it no more when it is resolved`() async throws {
        let server = try await AlertmanagerServer.start()
        let target = AlertmanagerTarget(name: "am", url: server.url)
        let sender = start(
            [target], external: Labels([Label("site", "eu"), Label("severity", "never")]),
            relabelling: [try Relabelling(.labeldrop, regex: "host")])
        let fired = alert("web-1")
        scene.stand([fired])
        await sender.take([fired])
        try await waitUntil("amtool shows it") { try await server.query("domain=web-1").contains("DomainCrashed") }
        let text = try await server.query()
        #expect(text.contains(#""site":"eu""#))
        #expect(text.contains(#""severity":"critical""#))
        #expect(
            text.contains(#"http://host:9177/graph?g0.expr=increase%28crashes%5B5m%5D%29+%3E+0\u0026g0.tab=1"#))
        #expect(text.contains(#""summary":"web-1 has crashed""#))
        scene.stand([alert("web-1", .resolved)])
        await sender.take(scene.standing.map(\.alert))
        try await waitUntil("amtool does not show it") { try await !server.query().contains("DomainCrashed") }
        #expect(await sender.figures()["am"]?.sent == 2)
        await sender.stop(within: .seconds(1))
        await server.stop()
    }

    @Test func `one that hangs does not delay the others`() async throws {
        let (slow, quick) = (try WebSink(), try WebSink())
        defer {
            slow.stop()
            quick.stop()
        }
        slow.behave(.hang)
        let sender = start([
            AlertmanagerTarget(name: "slow", url: slow.url.withoutSlash),
            AlertmanagerTarget(name: "quick", url: quick.url.withoutSlash),
        ])
        for domain in ["a", "b", "c"] {
            let count = quick.requests.count
            scene.stand(scene.standing.map(\.alert) + [alert(domain)])
            await sender.take([alert(domain)])
            try await waitUntil("the quick one is told", within: .seconds(1)) { quick.requests.count == count + 1 }
        }
        #expect(quick.requests.last?.line == "POST /api/v2/alerts HTTP/1.1")
        #expect(quick.requests.last?.text.contains(#""domain":"c""#) == true)
        #expect(quick.requests.last?.text.contains(#""domain":"a""#) == false)
        // Whatever hangs, the end comes in time.
        let start = ContinuousClock.now
        await sender.stop(within: .milliseconds(300))
        #expect(start.duration(to: .now) < .seconds(3))
    }

    @Test(arguments: [WebSink.Behaviour.answer(500), .answer(503, fields: "Retry-After: 1\r\n"), .close, .answer(429)])
    func `what fails is tried again`(behaviour: WebSink.Behaviour) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(behaviour)
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        scene.stand([alert("a")])
        await sender.take([alert("a")])
        try await waitUntil("it has failed") { !self.scene.reports.isEmpty }
        sink.behave(.answer(200))
        try await waitUntil("it is told") { await sender.figures()["am"]?.sent == 1 }
        let figures = try #require(await sender.figures()["am"])
        #expect(figures.errors >= 1 && figures.depth == 0 && figures.dropped == 0)
        #expect(figures.requests == figures.errors + 1)
        await sender.stop(within: .seconds(1))
    }

    @Test func `a batch that is answered with 400 is not sent again at once`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(400, body: "\"a.b\" is no name\nmore"))
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        let first = alert("a")
        scene.stand([first])
        await sender.take([first])
        try await waitUntil("it was refused") { !self.scene.reports.isEmpty }
        scene.stand([first, alert("b")])
        await sender.take([alert("b")])
        try await waitUntil("another one was sent") { sink.requests.count == 2 }
        #expect(sink.requests.last?.text.contains(#""domain":"a""#) == false)
        #expect(
            self.scene.reports.first?.result == .refused(reason: #"it answered 400: "a.b" is no name"#))
        await sender.stop(within: .seconds(1))
    }

    @Test func `what is too much for a proxy on the way is sent in smaller parts`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        // An alert is some 300 bytes of it.
        sink.behave(.takeUpTo(25_000))
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        scene.stand((0..<256).map { alert("web-\($0)") })
        await sender.take(scene.standing.map(\.alert))
        try await waitUntil("all are told") { await sender.figures()["am"]?.sent == 256 }
        #expect(self.scene.reports.map(\.alerts) == [256, 128, 64, 64, 64, 64])
        #expect(await sender.figures()["am"]?.dropped == 0)
        await sender.stop(within: .seconds(1))
    }

    @Test func `of a thousand alerts none is lost while a real Alertmanager is away, nor resolved ones`() async throws {
        let port = try freePort()
        let sender = start([AlertmanagerTarget(name: "am", url: "http://127.0.0.1:\(port)")])
        scene.stand((0..<1000).map { alert("web-\($0)") })
        await sender.take(scene.standing.map(\.alert))
        try await waitUntil("it has failed") { !self.scene.reports.isEmpty }
        scene.stand((0..<500).map { alert("web-\($0)") } + (500..<1000).map { alert("web-\($0)", .resolved) })
        await sender.take(scene.standing.map(\.alert))
        let server = try await AlertmanagerServer.start(port: port)
        try await waitUntil("all are told") { await sender.figures()["am"]?.depth == 0 }
        #expect(try await server.query().components(of: #""fingerprint""#) == 500)
        #expect(await sender.figures()["am"]?.sent == 1000)
        await sender.stop(within: .seconds(1))
        await server.stop()
    }

    @Test func `a target that relabelling leaves nothing for is not asked`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let sender = start([
            AlertmanagerTarget(
                name: "none", url: "http://127.0.0.1:1", relabelling: [try Relabelling(.drop, sources: ["domain"])]),
            AlertmanagerTarget(name: "all", url: sink.url.withoutSlash),
        ])
        scene.stand([alert("a")])
        await sender.take([alert("a")])
        try await waitUntil("the other one is told") { await sender.figures()["all"]?.sent == 1 }
        try await waitUntil("nothing waits") { await sender.figures()["none"]?.depth == 0 }
        #expect(await sender.figures()["none"]?.requests == 0)
        await sender.stop(within: .seconds(1))
    }

    @Test func `ten thousand alerts are forty requests`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        scene.stand((0..<10_000).map { alert("web-\($0)") })
        await sender.take(scene.standing.map(\.alert))
        try await waitUntil("all are told", within: .seconds(60)) { await sender.figures()["am"]?.sent == 10_000 }
        #expect(sink.requests.count == 40)
        #expect(await sender.figures()["am"]?.dropped == 0)
        await sender.stop(within: .seconds(1))
    }

    @Test func `is told in milliseconds`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        var delays: [Duration] = []
        for number in 0..<200 {
            let alert = alert("web-\(number)")
            scene.stand([alert])
            let start = ContinuousClock.now
            await sender.take([alert])
            try await waitUntil("it is told") { sink.requests.count == number + 1 }
            delays.append(start.duration(to: sink.requests[number].time))
        }
        delays.sort()
        #expect(delays[100] < .milliseconds(20))
        await sender.stop(within: .seconds(1))
    }

    @Test func `what is due leaves before the end`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let sender = start([AlertmanagerTarget(name: "am", url: sink.url.withoutSlash)])
        scene.stand([alert("a")])
        await sender.take([alert("a")])
        await sender.stop(within: .seconds(5))
        #expect(sink.requests.count == 1)
    }
}

extension String {
    fileprivate var withoutSlash: String { String(dropLast()) }

    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
