// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import TestHosts
import Vocabulary
import WebClient

/// The same rules over the same data in Prometheus.
final class PrometheusSide {
    /// What Prometheus says of a group.
    private struct Answer: Decodable {
        struct Group: Decodable {
            let name: String
            let evaluationTime: Double
            let lastEvaluation: String
            let rules: [Rule]
        }
        struct Rule: Decodable {
            let name: String
            let health: String
            let evaluationTime: Double
        }
        struct Content: Decodable {
            let groups: [Group]
        }
        let data: Content
    }

    /// How many sources' series are sent at once.
    private static let portion = 10

    let server: PrometheusServer
    private let directory: OwnedDirectory
    private let files: [String]
    private let client = WebClient()
    private var data = DataSet()
    private var now: Timestamp
    private(set) var groups: [String: [Double]] = [:]
    private(set) var rules: [String: [Double]] = [:]

    init(_ files: [String], upTo now: Timestamp) async throws {
        self.files = files
        self.now = now
        directory = try OwnedDirectory()
        server = try await PrometheusServer.startReceiving(
            rules: [directory.path + "/*.yml"], every: "10s")
    }

    /// Brings the hour before `now`, a series with all of its samples at a time.
    func load() async throws {
        let times = (0..<DataSet.rounds).map { now - DataSet.interval * (DataSet.rounds - 1 - $0) }
        for start in stride(from: 0, to: data.sources.count, by: Self.portion) {
            let end = min(start + Self.portion, data.sources.count)
            try await send(data.series(of: start..<end, at: times))
        }
    }

    private func send(_ series: [SeriesPoints]) async throws {
        let answer = try await client.send(
            WebRequest(
                url: server.url + "/api/v1/write", method: "POST", headers: RemoteWrite.headers,
                body: RemoteWrite.body(series), timeout: .seconds(60)))
        guard answer.status == 204 else {
            throw HostError(
                "Prometheus takes no series: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    /// Brings the rounds that were due by `time`; whether there was one.
    @discardableResult
    func go(on time: Timestamp) async throws -> Bool {
        let isDue = now + DataSet.interval <= time
        while now + DataSet.interval <= time {
            now = now + DataSet.interval
            try await send(data.series(of: 0..<data.sources.count, at: [now]))
        }
        return isDue
    }

    /// Gives it the rules: what they make before the hour is there would be newer than that, and keep it out.
    func loadRules() throws {
        for file in files {
            try directory.write(URL(filePath: file).lastPathComponent, Data(contentsOf: URL(filePath: file)))
        }
        server.reload()
    }

    func stop() async {
        await server.stop()
        await directory.remove()
    }

    /// Evaluations of each group until there are `count`; rounds go on meanwhile. After each round, `beside` is done.
    func watch(_ count: Int, beside: () -> Void) async throws {
        var seen: [String: String] = [:]
        while groups.count < files.count || groups.values.contains(where: { $0.count < count }) {
            if try await go(on: Stopwatch.time) { beside() }
            try await Task.sleep(for: .seconds(1))
            for group in try await report()
            where seen[group.name] != group.lastEvaluation && !group.rules.contains(where: { $0.health == "unknown" }) {
                seen[group.name] = group.lastEvaluation
                groups[group.name, default: []].append(group.evaluationTime * 1000)
                for rule in group.rules {
                    guard rule.health == "ok" else { throw HostError("Prometheus cannot evaluate \(rule.name)") }
                    rules[rule.name, default: []].append(rule.evaluationTime * 1000)
                }
            }
        }
    }

    private func report() async throws -> [Answer.Group] {
        let answer = try await client.send(WebRequest(url: server.url + "/api/v1/rules", bodyLimit: 1 << 28))
        return try JSONDecoder().decode(Answer.self, from: Data(answer.body)).data.groups
    }
}
