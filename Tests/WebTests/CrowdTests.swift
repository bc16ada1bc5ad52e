// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import Synchronization
import TestHosts
import Testing
import Vocabulary

@testable import Web

/// Clients that ask for much, read nothing, or only hold a connection.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CrowdTests {
    private func serving(
        _ site: CountingSite, limits: ServerLimits, _ body: (Int) async throws -> Void
    ) async throws {
        let server = try await Server.start([.tcp(host: "127.0.0.1", port: 0)], site: site, limits: limits)
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { Int($0) })
        try await body(port)
        await server.stop()
    }

    private static let healthy = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let metrics = "GET /metrics HTTP/1.1\r\n\r\n"

    @Test func `a client that asks for thousands of pages and reads none is cut, and none is made in vain`()
        async throws
    {
        let site = CountingSite(size: 1 << 20)
        try await serving(site, limits: ServerLimits(writing: .milliseconds(300))) { port in
            let client = try Client(port: port)
            client.send(String(repeating: Self.metrics, count: 3000))
            try await waitUntil("the connection is cut") { client.isCut }
            // As many as the kernel takes for a reader that may be late.
            #expect((1...20).contains(site.asked), "\(site.asked) pages")
        }
    }

    @Test func `slow readers cost no copy of the page each`() async throws {
        let site = CountingSite(size: 16 << 20)
        try await serving(site, limits: ServerLimits()) { port in
            let before = try residentBytes()
            let clients = try (0..<60).map { _ in try Client(port: port) }
            for client in clients { client.send(Self.metrics) }
            try await waitUntil("all have been asked for") { site.asked == 60 }
            for client in clients { #expect(await client.read(atLeast: 1)) }
            // Other tests run in this process; 60 copies were 960 MB.
            #expect(try residentBytes() - before < 500 << 20)
        }
    }

    @Test func `a page of any size comes whole, to a reader of any pace`() async throws {
        for size in [0, 1, 65_535, 65_536, 65_537, 5_000_001] {
            try await serving(CountingSite(size: size), limits: ServerLimits()) { port in
                let client = try Client(port: port)
                client.send(Self.metrics + Self.metrics)
                #expect(await client.readAnswers(2).map(\.body) == [site(size), site(size)])
            }
        }
        func site(_ size: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "#"), count: size) }
    }

    @Test func `thousands of pipelined requests for what is not there are answered one after the other`() async throws {
        try await serving(CountingSite(size: 1), limits: ServerLimits()) { port in
            let client = try Client(port: port)
            client.send(String(repeating: "GET /x HTTP/1.1\r\n\r\n", count: 5000) + "GET /y HTTP/1.0\r\n\r\n")
            let text = String(decoding: await client.readToEnd() ?? [], as: UTF8.self)
            #expect(text.split(separator: " 404 ").count == 5002)
        }
    }

    @Test func `a GET is answered at once beside 300 connections that ask for nothing`() async throws {
        try await serving(CountingSite(size: 1), limits: ServerLimits()) { port in
            let idle = try (0..<300).map { _ in try Client(port: port) }
            for _ in 0..<3 {
                let client = try Client(port: port)
                client.send(Self.healthy)
                #expect(await client.readAnswers(1).map(\.status) == [200])
            }
            // The newest of them have not had to go.
            let last = try #require(idle.last)
            last.send(Self.healthy)
            #expect(await last.readAnswers(1).map(\.status) == [200])
            #expect(idle.filter(\.isCut).count <= 47)
        }
    }

    @Test func `a connection that sends half a request is idle, one whose answer is not read is not`() async throws {
        let site = CountingSite(size: 64 << 20)
        try await serving(site, limits: ServerLimits(connections: 2)) { port in
            let reader = try Client(port: port)
            reader.send(Self.metrics)
            #expect(await reader.read(atLeast: 1))
            let half = try Client(port: port)
            half.send("POST /api/v1/query HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n")
            half.send("Content-Length: 9\r\n\r\nquery")
            let client = try Client(port: port)
            client.send(Self.healthy)
            #expect(await client.readAnswers(1).map(\.status) == [200])
            #expect(await half.readToEnd() == [])
            #expect(!reader.isCut)
        }
    }

    @Test func `beyond the bound the connection that has been idle longest makes room`() async throws {
        try await serving(CountingSite(size: 1), limits: ServerLimits(connections: 2)) { port in
            let first = try Client(port: port)
            let second = try Client(port: port)
            for client in [second, first] {
                client.send(Self.healthy)
                #expect(await client.readAnswers(1).map(\.status) == [200])
            }
            let third = try Client(port: port)
            third.send(Self.healthy)
            #expect(await third.readAnswers(1).map(\.status) == [200])
            #expect(await second.readToEnd() == [])
            first.send(Self.healthy)
            #expect(await first.readAnswers(1).map(\.status) == [200])
        }
    }

    @Test func `a connection whose request is under way never makes room, and beyond those one more is closed`()
        async throws
    {
        let site = CountingSite(size: 1, waits: true)
        try await serving(site, limits: ServerLimits(connections: 2)) { port in
            let busy = try (0..<2).map { _ in try Client(port: port) }
            for client in busy { client.send(Self.metrics) }
            try await waitUntil("both are asked") { site.asked == 2 }
            for _ in 0..<3 { #expect(await (try Client(port: port)).readToEnd() == []) }
            site.open()
            for client in busy { #expect(await client.readAnswers(1).map(\.status) == [200]) }
        }
    }

    private func residentBytes() throws -> Int {
        let text = try String(contentsOf: URL(filePath: "/proc/self/statm"), encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4096
    }
}

/// Counts who asks for the metrics, whose page has a given size; may keep all of them waiting.
private final class CountingSite: Site {
    private let plain = PlainSite()
    private let bytes: [UInt8]
    private let state: Mutex<(asked: Int, isOpen: Bool)>

    init(size: Int, waits: Bool = false) {
        bytes = [UInt8](repeating: UInt8(ascii: "#"), count: size)
        state = Mutex((0, !waits))
    }

    var asked: Int { state.withLock { $0.asked } }
    func open() { state.withLock { $0.isOpen = true } }

    func metrics(_ request: MetricsRequest) async throws(MetricsRefusal) -> MetricsText {
        state.withLock { $0.asked += 1 }
        // Silence is right: a test that fails ends the wait.
        try? await waitUntil("it is open") { self.state.withLock { $0.isOpen } }
        return MetricsText(bytes: bytes, generation: 1)
    }

    var version: String { plain.version }
    var silences: any SilenceKeeper { plain.silences }
    func events(_ query: EventQuery) async -> EventPage { await plain.events(query) }
    func changeRules() async -> ChangeRules { plain.rules }
    func dialect() async -> Dialect { .default }
    func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8] { try await plain.answer(request) }
    func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8] { try await plain.series(request) }
    func ruleGroups() async -> [RuleGroupReport] { [] }
    func reasonNotReady() async -> String? { nil }
}
