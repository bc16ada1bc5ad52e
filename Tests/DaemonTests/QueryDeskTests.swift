// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Glibc
import Logging
import PromQL
import PrometheusAPI
import SeriesStore
import TestHosts
import Testing
import Vocabulary
import Web

/// The query API beside a real Prometheus that holds the same points.
@Suite struct QueryDeskTests {
    /// JSON that can be compared.
    private indirect enum JSON: Decodable, Hashable {
        case none
        case bool(Bool)
        case number(Double)
        case text(String)
        case list([JSON])
        case object([String: JSON])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([JSON].self) {
                self = .list(value)
            } else if let value = try? container.decode([String: JSON].self) {
                self = .object(value)
            } else {
                self = .none
            }
        }

        /// Without the order of a list of series, which is no part of an answer, and without what only one side says.
        var plain: JSON {
            switch self {
            case .object(let members):
                .object(members.filter { !["error", "warnings", "infos"].contains($0.key) }.mapValues(\.plain))
            case .list(let items): .list(items.map(\.plain).sorted { $0.key < $1.key })
            default: self
            }
        }

        /// What lists are sorted by: a text that says everything, members in the order of their names.
        private var key: String {
            switch self {
            case .object(let members): "\(members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.key)" })"
            case .list(let items): "\(items.map(\.key))"
            default: "\(self)"
            }
        }
    }

    private static let start: Int64 = 1_700_000_000

    /// Ten minutes of three series, a point every fifteen seconds.
    private static let series: [(Labels, [Double])] = [
        (Labels(name: "cpu_total", [("d", "a"), ("z", "<&\"\\é>")]), (0...40).map { Double($0) * 1.5 }),
        (Labels(name: "cpu_total", [("d", "b")]), (0...40).map { Double($0 % 7) }),
        (Labels(name: "level", [("d", "a")]), (0...40).map { Double($0 * $0) * 1e18 }),
        (Labels(name: "small", [("d", "a")]), (0...40).map { Double($0) * 1e-8 }),
    ]

    private static var openMetrics: String {
        var text = ""
        for (labels, values) in series {
            for (index, value) in values.enumerated() {
                text += "\(labels.description.replacing(", ", with: ",")) \(value) \(start + Int64(index) * 15)\n"
            }
        }
        return text + "# EOF\n"
    }

    private static func filledStore() -> Store {
        let store = Store()
        store.setDemand(StoreDemand(history: .seconds(86_400 * 3650)))
        for index in 0...40 {
            let time = Timestamp(milliseconds: (start + Int64(index) * 15) * 1000)
            store.append(series.map { ($0.0, $0.1[index]) }, at: time)
        }
        return store
    }

    private func agentAnswer(_ port: String, _ path: String) async throws -> String {
        // Refusals come with a status of their own, and a body all the same.
        try await run("curl", ["-s", "-g", port + path])
    }

    private static let paths: [String] = {
        let middle = start + 300
        let instants = [
            "cpu_total", "cpu_total{d=\"a\"}", "level", "small", "sum(cpu_total)", "scalar(level)", "1e21", "\"<x>\"",
            "nothing",
            "small*1e-9", "-level", "changes(cpu_total[2m1s])", "cpu_total[1m1s]", "level/0", "-level/0", "0/0*level",
            "sum(", "cpu_total+",
            "level * on() cpu_total", "cpu_total or level", "sort_desc(cpu_total)",
        ]
        let encoded = instants.map { $0.addingQueryEscapes }
        let ranges = [
            "cpu_total", "sum by (d) (cpu_total)", "1", "changes(cpu_total[2m1s])", "nothing", "\"a\"", "level[1m]",
        ]
        .map { $0.addingQueryEscapes }
        return encoded.map { "/api/v1/query?query=\($0)&time=\(middle).5" }
            + ranges.map { "/api/v1/query_range?query=\($0)&start=\(start + 7)&end=\(middle)&step=20" }
            + [
                "/api/v1/query", "/api/v1/query?query=1&time=x", "/api/v1/query?query=1&timeout=x",
                "/api/v1/query?query=level&time=2023-11-14T22:18:20.123%2B00:00",
                "/api/v1/query_range?query=1&start=2&end=1&step=1",
                "/api/v1/query_range?query=1&start=0&end=11001&step=1",
                "/api/v1/query_range?query=level&start=\(start).5&end=\(start + 11_000).5&step=1s",
                "/api/v1/query_range?query=1&start=0&end=1&step=0", "/api/v1/query_range?query=1&start=0&end=1",
                "/api/v1/series?match[]=level&match[]={d=%22b%22}&start=\(start)&end=\(middle)", "/api/v1/series",
                "/api/v1/series?match[]=level&start=0&end=1", "/api/v1/series?match[]=sum(level)",
                "/api/v1/labels?start=\(start)&end=\(middle)", "/api/v1/label/d/values?start=\(start)&end=\(middle)",
                "/api/v1/labels?match[]=level&start=\(start)&end=\(middle)", "/api/v1/label/a-b/values",
                "/api/v1/label/__name__/values?start=\(start)&end=\(middle)", "/api/v1/alerts", "/api/v1/rules",
                "/api/v1/rules?type=x",
            ]
    }()

    @Test func `answers have the shape and the numbers of Prometheus's`() async throws {
        let prometheus = try await PrometheusServer.start(holding: Self.openMetrics)
        let store = Self.filledStore()
        let desk = QueryDesk(store: store, board: RuleBoard())
        let server = try await Server.start([.tcp(host: "127.0.0.1", port: 0)], site: DeskSite(queries: desk))
        let address = try #require(server.addresses.first)
        for path in Self.paths {
            let theirs = try await agentAnswer(prometheus.url, path)
            let ours = try await agentAnswer(address, path)
            let decoder = JSONDecoder()
            let left = try decoder.decode(JSON.self, from: Data(ours.utf8)).plain
            let right = try decoder.decode(JSON.self, from: Data(theirs.utf8)).plain
            #expect(left == right, "\(path)\n\(ours)\n\(theirs)")
        }
        await server.stop()
        await prometheus.stop()
    }

    @Test func `queries beyond those that run wait, and beyond the line are refused`() async throws {
        let store = Self.filledStore()
        let desk = QueryDesk(store: store, board: RuleBoard(), bounds: .init(timeout: .seconds(30), most: 1))
        let query = try Query(parsing: "cpu_total")
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask { (try? await desk.answer(QueryRequest(query: query, times: .instant(nil)))) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(results >= 65)
        // Afterwards it answers as before.
        _ = try await desk.answer(QueryRequest(query: query, times: .instant(nil)))
    }

    @Test func `a query whose time is over is refused with timeout`() async throws {
        let desk = QueryDesk(store: Self.filledStore(), board: RuleBoard(), bounds: .init(timeout: .zero))
        let query = try Query(parsing: "cpu_total")
        await #expect {
            try await desk.answer(QueryRequest(query: query, times: .instant(nil)))
        } throws: { ($0 as? QueryRefusal)?.kind == .timeout }
    }

    @Test func `an answer names what it cannot know, and that it is cut`() async throws {
        let store = Self.filledStore()
        let desk = QueryDesk(store: store, board: RuleBoard())
        let time = Timestamp(milliseconds: (Self.start + 300) * 1000)
        let request = QueryRequest(query: try Query(parsing: "cpu_total"), times: .instant(time), limit: 1)
        let text = String(decoding: try await desk.answer(request), as: UTF8.self)
        #expect(
            text.contains("series called cpu_total are not kept: no rule reads them, and promql.history is not set"))
        #expect(text.contains("only 1 series are shown"))
    }
}

/// A site that has queries only.
private struct DeskSite: Site {
    let queries: QueryDesk
    let version = "test"
    let silences: any SilenceKeeper = SilenceDesk(path: nil, log: Logger(label: "silences"))

    func changeRules() async -> ChangeRules { ChangeRules() }

    func metrics(_ request: MetricsRequest) async throws(MetricsRefusal) -> MetricsText {
        MetricsText(bytes: [], generation: 0)
    }
    func events(_ query: EventQuery) async -> EventPage { EventPage(events: [], last: 0, lost: 0) }
    func dialect() async -> Dialect { .default }
    func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8] { try await queries.answer(request) }
    func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8] { try await queries.series(request) }
    func ruleGroups() async -> [RuleGroupReport] { [] }
    func reasonNotReady() async -> String? { nil }
}

extension String {
    fileprivate var addingQueryEscapes: String {
        utf8.map { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
