// SPDX-License-Identifier: Apache-2.0
import CZlib
import FoundationEssentials
import Glibc
import PromQL
import PrometheusAPI
import Testing
import Vocabulary

@testable import Web

struct PlainSite: Site {
    var version = "9.9"
    var text = "up 1\n"
    var reason: String?
    var groups: [RuleGroupReport] = []
    var silences: any SilenceKeeper = PlainSilences()
    var rules = ChangeRules()

    func changeRules() async -> ChangeRules { rules }
    func metrics(_ request: MetricsRequest) async throws(MetricsRefusal) -> MetricsText {
        if let name = request.connection, name != "a" { throw MetricsRefusal("There is no connection \"\(name)\".") }
        let only = request.collectors.isEmpty ? "" : "# \(request.collectors.joined(separator: ","))\n"
        return MetricsText(bytes: Array((text + only).utf8), generation: 1)
    }
    func reasonNotReady() async -> String? { reason }
    /// Says what was asked.
    func dialect() async -> Dialect { .default }
    func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8] {
        if request.query.text == "slow" { throw QueryRefusal(.timeout, "the query took too long") }
        if request.query.text == "wrong" { throw QueryRefusal(.execution, "many-to-many") }
        let times =
            switch request.times {
            case .instant(let time): time.map { "at \($0.milliseconds)" } ?? "now"
            case .range(let start, let end, let step):
                "from \(start.milliseconds) to \(end.milliseconds) by \(step.milliseconds)"
            }
        let wait = request.timeout.map { " within \($0.milliseconds)" } ?? ""
        return Array("\(request.query.text) \(times)\(wait) limit \(request.limit)".utf8)
    }
    func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8] {
        Array("\(request.wanted) \(request.selectors.map(\.text))".utf8)
    }
    func ruleGroups() async -> [RuleGroupReport] { groups }
    func events(_ query: EventQuery) async -> EventPage {
        let event = EventRecord(
            id: 7, time: Timestamp(milliseconds: 0), host: query.host ?? "a", object: "domain", name: "<b>\"\n",
            uuid: "u", kind: "lifecycle", detail: "started_booted", note: "")
        return EventPage(events: Array(repeating: event, count: query.limit), last: query.after ?? 7, lost: 0)
    }
}

@Suite struct ServerTests {
    private static let any = Listener.tcp(host: "127.0.0.1", port: 0)

    private func serving(
        _ site: PlainSite = PlainSite(), limits: ServerLimits = ServerLimits(),
        _ body: (Int) async throws -> Void
    ) async throws {
        let server = try await Server.start([Self.any], site: site, limits: limits)
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { Int($0) })
        try await body(port)
        await server.stop()
    }

    private func get(_ port: Int, _ path: String, _ more: String = "", method: String = "GET") async throws -> Answer {
        let client = try Client(port: port)
        client.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(more)Connection: close\r\n\r\n")
        return try #require(await client.readAnswers(1).first)
    }

    @Test func `every page answers, and the front page names the others`() async throws {
        try await serving { port in
            let front = try await get(port, "/")
            #expect(front.status == 200)
            #expect(front.text.contains("virtwarden 9.9"))
            // The only page that a browser shows as HTML can load and run nothing, whatever might get into it.
            #expect(front.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            for page in Pages.all() where page.summary != nil {
                // This one answers about one domain, and asks which.
                let needsName = page.path == "/api/v1/remediation/explain"
                #expect(try await get(port, page.path).status == (needsName ? 400 : 200))
                #expect(front.text.contains("href=\"\(page.path)\""))
            }
        }
    }

    @Test func `every file of the folder Pages is in the list`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let files = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources/Web/Pages")
        #expect(files.sorted() == Pages.all().map { "\(type(of: $0)).swift" }.sorted())
    }

    @Test func `the list of pages is sorted and has no path twice`() {
        let paths = Pages.all().map(\.path)
        #expect(paths == Set(paths).sorted())
    }

    @Test func `metrics come plain, or compressed when the client reads gzip`() async throws {
        let text = String(repeating: "libvirt_up 1\n", count: 5000)
        try await serving(PlainSite(text: text)) { port in
            let plain = try await get(port, "/metrics")
            #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain.text == text)
            let small = try await get(port, "/metrics?x=1", "Accept-Encoding: br, gzip;q=0.5\r\n")
            #expect(small.headers["content-encoding"] == "gzip")
            #expect(small.body.count < text.utf8.count / 10)
            #expect(inflated(small.body, size: text.utf8.count) == Array(text.utf8))
            let refused = try await get(port, "/metrics", "Accept-Encoding: gzip;q=0\r\n")
            #expect(refused.headers["content-encoding"] == nil)
        }
    }

    @Test func `single collectors, and single connections by their names, can be asked for`() async throws {
        try await serving { port in
            let some = try await get(port, "/metrics?collect[]=block&collect%5B%5D=c%70u&collect=x")
            #expect(some.text == "up 1\n# block,cpu\n")
            #expect(try await get(port, "/probe?target=a").text == "up 1\n")
            let other = try await get(port, "/probe?target=qemu%2Bssh://x/?command=touch")
            #expect(other.status == 400)
            #expect(other.text == "There is no connection \"qemu+ssh://x/?command=touch\".\n")
            for target in ["", "?target=", "?target=a&target=a", "?target"] {
                #expect(try await get(port, "/probe" + target).status == 400)
            }
        }
    }

    @Test func `events come as JSON, in Prometheus's envelope`() async throws {
        try await serving { port in
            let answer = try await get(port, "/api/v1/events?limit=1&host=h&after=3")
            #expect(answer.headers["content-type"] == "application/json")
            #expect(
                answer.text == #"{"data":{"events":[{"detail":"started_booted","host":"h","id":7,"kind":"lifecycle","#
                    + #""name":"<b>\"\n","note":"","object":"domain","time":"1970-01-01T00:00:00.000Z","uuid":"u"}],"#
                    + #""last":3,"lost":0},"status":"success"}"#)
            for query in ["limit=0", "limit=x", "after=-1", "domain=a"] {
                let refused = try await get(port, "/api/v1/events?" + query)
                #expect(refused.status == 400)
                #expect(refused.text.hasPrefix(#"{"status":"error","errorType":"bad_data","error":""#))
            }
        }
    }

    @Test(arguments: [
        ("/a?b=c&d", "/a", ["b=c", "d="]), ("/a", "/a", []), ("/?%zz=%4&x=%41+%2b", "/", ["%zz=%4", "x=A +"]),
        ("/a?b=%ff#c", "/a", ["b=\u{FFFD}"]), ("/a?=&&x=%00", "/a", ["=", "x=\0"]),
    ])
    func `a query is read byte by byte`(target: String, path: String, parameters: [String]) {
        let split = QueryParameter.split(target)
        #expect(split.path == path)
        #expect(split.query.map { "\($0.name)=\($0.value)" } == parameters)
        #expect(QueryParameter.split("/?" + String(repeating: "a=b&", count: 999)).query.count == 256)
    }

    @Test func `an agent that is not ready says why with 503`() async throws {
        try await serving(PlainSite(reason: "host a does not answer")) { port in
            let answer = try await get(port, "/-/ready")
            #expect(answer.status == 503)
            #expect(answer.text == "host a does not answer\n")
        }
    }

    @Test func `HEAD gets the length and no body`() async throws {
        try await serving { port in
            let client = try Client(port: port)
            client.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let text = String(decoding: await client.readToEnd() ?? [], as: UTF8.self)
            #expect(text.contains("Content-Length: 5\r\n"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `what cannot be answered gets a status and a sentence`() async throws {
        try await serving { port in
            #expect(try await get(port, "/nothing").status == 404)
            let post = try await get(port, "/metrics", "Content-Length: 0\r\n", method: "POST")
            #expect([post.status == 405, post.headers["allow"] == "GET, HEAD"] == [true, true])
            #expect(try await get(port, "/" + String(repeating: "a", count: 9000)).status == 414)
            let fields = (0..<40).map { "X-\($0): " + String(repeating: "b", count: 500) + "\r\n" }.joined()
            #expect(try await get(port, "/", fields).status == 431)
            let client = try Client(port: port)
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
            client.send(String(repeating: "z", count: 100_000))
            #expect(await client.readAnswers(1).first?.status == 413)
        }
    }

    @Test func `bytes that are no HTTP get 400 and the connection ends`() async throws {
        try await serving { port in
            let client = try Client(port: port)
            client.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
            let text = String(decoding: try #require(await client.readToEnd()), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await serving { port in
            let client = try Client(port: port)
            client.send(
                "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\nGET /no HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await client.readAnswers(3).map(\.status) == [200, 404, 200])
        }
    }

    @Test func `a client that never ends its request is cut`() async throws {
        try await serving(limits: ServerLimits(idle: .milliseconds(100))) { port in
            let client = try Client(port: port)
            client.send("GET / HTTP/1.1\r\nX-Slow: ")
            #expect(await client.readToEnd() == [])
        }
    }

    @Test func `stopping closes connections that wait`() async throws {
        let server = try await Server.start([Self.any], site: PlainSite(), limits: ServerLimits())
        let port = try #require(server.addresses.first?.split(separator: ":").last.flatMap { Int($0) })
        let client = try Client(port: port)
        client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await client.readAnswers(1).count == 1)
        await server.stop()
        #expect(await client.readToEnd() == [])
    }

    @Test func `a port in use is named, with what to do`() async throws {
        try await serving { port in
            let error = await #expect(throws: WebError.self) {
                try await Server.start([.tcp(host: "127.0.0.1", port: port)], site: PlainSite())
            }
            #expect(error?.description.contains("127.0.0.1:\(port): another program") == true)
        }
    }

    @Test func `a socket that a killed agent left is taken over, a live one is not`() async throws {
        let path = "/tmp/virtwarden-web-\(UInt64.random(in: .min ... .max)).sock"
        try leaveSocket(path)
        #expect(UnixSocket.isLeftOver(path))
        let first = try await Server.start([.unix(path: path)], site: PlainSite())
        let error = await #expect(throws: WebError.self) {
            try await Server.start([.unix(path: path)], site: PlainSite())
        }
        #expect(error?.description.contains("another program listens on this socket") == true)
        #expect(!UnixSocket.isLeftOver(path))
        let client = try Client(path: path)
        client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await client.readAnswers(1).map(\.status) == [200])
        await first.stop()
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a file that is no socket is never taken for one that was left`() async throws {
        let path = "/tmp/virtwarden-web-\(UInt64.random(in: .min ... .max)).sock"
        #expect(FileManager.default.createFile(atPath: path, contents: Data("kept".utf8)))
        await #expect(throws: WebError.self) { try await Server.start([.unix(path: path)], site: PlainSite()) }
        #expect(FileManager.default.contents(atPath: path) == Data("kept".utf8))
        unlink(path)
    }

    /// What a killed agent leaves: a socket that was listened on, and nobody there.
    private func leaveSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(SocketAddresses.withUnix(path) { bind(descriptor, $0, $1) } == 0)
        try #require(listen(descriptor, 1) == 0)
    }

    private func inflated(_ bytes: [UInt8], size: Int) -> [UInt8] {
        var stream = z_stream()
        inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { inflateEnd(&stream) }
        var input = bytes
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: size) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(size)
                inflate(&stream, Z_FINISH)
                count = size - Int(stream.avail_out)
            }
        }
    }
}
