// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program, killed at random moments while alerts come and go and their receiver is away half of the time.
///
/// Each alert fires once, for three seconds: what is lost is told by nothing else. `make outbox-kills` kills it 50 times.
@Suite(.serialized, .timeLimit(.minutes(4))) struct OutboxKillTests {
    private static let alerts = 200
    private static let kills = ProcessInfo.processInfo.environment["OUTBOX_KILLS"].flatMap { Int($0) } ?? 12

    @Test func `what fired is told at least once, and nothing that did not fire`() async throws {
        let scene = try KillScene(alerts: Self.alerts, over: Double(Self.kills) * 0.55)
        var fired: Set<Int> = []
        var lives = 0
        for kill in 0..<Self.kills {
            try scene.setReceiver(isUp: kill % 4 >= 2)
            let agent = try scene.serve()
            try await Task.sleep(for: .milliseconds(.random(in: 100...1000)))
            agent.signal(SIGKILL)
            #expect(await agent.end() == .killed(signal: SIGKILL), "\(agent.standardError)")
            let said = scene.fired(in: agent.standardError)
            if !said.isEmpty { lives += 1 }
            fired.formUnion(said)
        }
        try scene.setReceiver(isUp: true)
        let last = try scene.serve()
        let before = fired
        try await waitUntil("every alert is over", within: .seconds(60)) { scene.isOver }
        try await waitUntil("all are told, and that they are over", within: .seconds(60)) {
            let told = scene.told()
            return before.union(scene.fired(in: last.standardError)).allSatisfy { told[$0]?.isOver == true }
        }
        fired.formUnion(scene.fired(in: last.standardError))
        let told = scene.told()
        #expect(fired.count > Self.alerts / 4, "\(fired.count) fired in \(lives) lives")
        #expect(fired.subtracting(told.keys).isEmpty)
        print(
            "killed \(Self.kills) times, \(lives) lives told of alerts: \(fired.count) fired, \(told.count) were told")
        for (number, alert) in told {
            let window = scene.window(of: number)
            #expect(alert.startsAt.allSatisfy { window.contains($0) }, "\(number) \(alert) \(window)")
            #expect(alert.isOver, "alert \(number) is left firing")
        }
        #expect(await last.stop() == .exited(0))
        #expect(last.lines("cannot keep").isEmpty)
        await scene.end()
    }
}

/// An agent's files, and a receiver whose address is changed under it.
private final class KillScene: Sendable {
    struct Told {
        var startsAt: Set<Double> = []
        var isOver = false
    }

    private struct Body: Decodable {
        struct Entry: Decodable {
            let status: String
            let labels: [String: String]
            let startsAt: String
        }
        let alerts: [Entry]
    }

    private let sink: WebSink
    /// Takes nothing, in several ways.
    private let broken: WebSink
    private let directory: OwnedDirectory
    private let start: Double
    private let spread: Double
    private let alerts: Int
    private static let length = 3.0

    /// `alerts` alerts that begin within `seconds` from now.
    init(alerts: Int, over seconds: Double) throws {
        sink = try WebSink()
        broken = try WebSink()
        directory = try OwnedDirectory()
        start = Self.now
        self.alerts = alerts
        spread = seconds / Double(alerts)
        var rules = "groups:\n- name: brief\n  interval: 200ms\n  rules:\n"
        for number in 0..<alerts {
            let from = start + Double(number) * spread
            rules += """
                  - alert: Brief
                    expr: vector(time()) >= \(from) < \(from + Self.length)
                    labels: {number: "\(number)"}

                """
        }
        try directory.write("rules.yml", rules.utf8)
        try directory.write(
            "config.yml",
            """
            connections: [{name: local, uri: "test:///default"}]
            sampling: {interval: 500ms}
            web: {listen: ["127.0.0.1:0"]}
            rule_files: ["\(directory.path)/rules.yml"]
            receivers: [{name: ops, webhook: {url_file: "\(directory.path)/url", timeout: 300ms}}]
            routes: [{to: ops, group_by: [alertname], group_interval: 100ms}]
            state: {directory: "\(directory.path)/state"}
            """.utf8)
    }

    /// Of a time as RFC 3339 writes it, with a fraction or without.
    private static func seconds(of text: String) -> Double? {
        let whole = try? Date(text, strategy: .iso8601)
        let broken = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return (whole ?? broken)?.timeIntervalSince1970
    }

    private static var now: Double { Date().timeIntervalSince1970 }
    var isOver: Bool { Self.now > start + Double(alerts) * spread + Self.length + 1 }

    func setReceiver(isUp: Bool) throws {
        broken.behave([.close, .hang, .answer(500), .answer(503)].randomElement() ?? .close)
        let part = try directory.write("url.new", (isUp ? sink : broken).url.utf8)
        guard rename(part, "\(directory.path)/url") == 0 else { throw HostError("rename: \(errno)") }
    }

    func serve() throws -> ChildProcess {
        try BuiltProgram.start(["serve", "--config", "\(directory.path)/config.yml"])
    }

    /// The numbers of the alerts that a log says fired.
    func fired(in log: String) -> Set<Int> {
        Set(
            log.split(separator: "\n").filter { $0.contains("alert firing") }.compactMap { line in
                line.firstRange(of: "number=").flatMap { range in
                    Int(line[range.upperBound...].drop { !$0.isNumber }.prefix { $0.isNumber })
                }
            })
    }

    /// What was taken, by the alerts' numbers.
    func told() -> [Int: Told] {
        var told: [Int: Told] = [:]
        for request in sink.requests {
            // A body that cannot be read shows as an alert that is missing.
            let body = try? JSONDecoder().decode(Body.self, from: Data(request.body))
            for alert in body?.alerts ?? [] {
                guard let number = alert.labels["number"].flatMap({ Int($0) }) else { continue }
                var seen = told[number] ?? Told()
                // What is no time is outside of every window.
                seen.startsAt.insert(Self.seconds(of: alert.startsAt) ?? .infinity)
                seen.isOver = alert.status == "resolved"
                told[number] = seen
            }
        }
        return told
    }

    /// When an alert may begin to fire, in seconds since the epoch, give or take how a message rounds.
    func window(of number: Int) -> ClosedRange<Double> {
        let from = start + Double(number) * spread
        return from - 0.001...from + Self.length + 0.001
    }

    func end() async {
        sink.stop()
        broken.stop()
        await directory.remove()
    }
}
