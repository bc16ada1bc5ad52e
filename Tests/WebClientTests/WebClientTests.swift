// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import WebClient

@Suite struct WebClientTests {
    private let client = WebClient(userAgent: "test/1")

    private func refusal(_ request: WebRequest) async -> WebClientError? {
        await #expect(throws: WebClientError.self) { try await client.send(request) }
    }

    @Test func `posts a body with its headers, and keeps the connection for the next`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(202, body: "taken"))
        for _ in 0..<2 {
            let answer = try await client.send(
                WebRequest(
                    url: sink.url + "hook", method: "POST", headers: [("Content-Type", "application/json")],
                    body: Array("{}".utf8), credentials: .bearer("secret")))
            #expect(answer.status == 202)
            #expect(answer.body == Array("taken".utf8))
        }
        let request = try #require(sink.requests.last)
        #expect(request.line == "POST /hook HTTP/1.1")
        #expect(request.text == "{}")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["authorization"] == "Bearer secret")
        #expect(request.headers["user-agent"] == "test/1")
        #expect(request.headers["expect"] == nil)
    }

    @Test(arguments: [404, 500, 503])
    func `a bad status is an answer`(status: Int) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(status, fields: "Retry-After: 7\r\n"))
        let answer = try await client.send(WebRequest(url: sink.url))
        #expect(answer == WebResponse(status: status, retryAfter: .seconds(7)))
    }

    @Test func `a redirect is not followed`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(301, fields: "Location: \(sink.url)elsewhere\r\n"))
        #expect(try await client.send(WebRequest(url: sink.url)).status == 301)
        #expect(sink.requests.count == 1)
    }

    @Test func `nobody listening is named, without the path's secret`() async throws {
        let sink = try WebSink()
        sink.stop()
        let error = await refusal(WebRequest(url: "http://user:word@127.0.0.1:\(sink.port)/secret?token=1"))
        #expect(error?.kind == .connect)
        let text = error?.description ?? ""
        #expect(text.contains("cannot GET to http://127.0.0.1:\(sink.port)/…"))
        #expect(!text.contains("secret") && !text.contains("token") && !text.contains("word"))
    }

    @Test func `a server that hangs is given up after the timeout`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.hang)
        let error = await refusal(WebRequest(url: sink.url, timeout: .milliseconds(200)))
        #expect(error?.kind == .timeout)
    }

    @Test func `a server that closes without an answer is an error`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.close)
        #expect(await refusal(WebRequest(url: sink.url))?.kind == .connect)
    }

    @Test func `of a gigabyte only the beginning is taken`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.gigabyte)
        let cut = try await client.send(WebRequest(url: sink.url, bodyLimit: 1000, cutsLongBody: true))
        #expect(cut.status == 200)
        #expect(cut.body.count == 1000)
        #expect(await refusal(WebRequest(url: sink.url, bodyLimit: 1000))?.kind == .tooLarge)
    }

    @Test(arguments: [WebSink.Behaviour.drip(pause: .milliseconds(20)), .hang])
    func `a server that is slow is given up after the timeout, however it is slow`(behaviour: WebSink.Behaviour)
        async throws
    {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(behaviour)
        let start = ContinuousClock.now
        #expect(await refusal(WebRequest(url: sink.url, timeout: .milliseconds(300)))?.kind == .timeout)
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test(arguments: [WebSink.Behaviour.cut, .babble("\0\u{1}no HTTP\r\n\r\n"), .babble("HTTP/1.1 -7 X\r\n\r\n")])
    func `half an answer, or none in HTTP, is an error`(behaviour: WebSink.Behaviour) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(behaviour)
        #expect(await refusal(WebRequest(url: sink.url)) != nil)
    }

    @Test func `headers without end are not kept`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        let line = "X-Long: " + String(repeating: "x", count: 1000) + "\r\n"
        sink.behave(.babble("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 5_000)))
        #expect(await refusal(WebRequest(url: sink.url))?.kind == .tooLarge)
    }

    @Test func `goes through a proxy, whose password is not shown`() async throws {
        let proxy = try WebSink()
        defer { proxy.stop() }
        var settings = WebClientSettings()
        settings.proxy = .url("http://user:hush@127.0.0.1:\(proxy.port)", exceptFor: "127.0.0.1")
        #expect(try await client.send(WebRequest(url: "http://far.example/x", settings: settings)).status == 200)
        #expect(proxy.requests.last?.line == "GET http://far.example/x HTTP/1.1")
        #expect(proxy.requests.last?.headers["proxy-authorization"] == "Basic dXNlcjpodXNo")
        #expect(try await client.send(WebRequest(url: proxy.url + "near", settings: settings)).status == 200)
        #expect(proxy.requests.last?.line == "GET /near HTTP/1.1")
        proxy.stop()
        let error = await refusal(WebRequest(url: "http://far.example/x", settings: settings))
        #expect(error?.kind == .connect)
        #expect(error?.description.contains("hush") == false)
    }

    @Test func `cancelling ends a request that hangs`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.hang)
        let task = Task { try await client.send(WebRequest(url: sink.url, timeout: .seconds(60))) }
        try await waitUntil("the request has arrived") { !sink.requests.isEmpty }
        task.cancel()
        let error = await #expect(throws: WebClientError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test(arguments: [
        "ftp://host/", "file:///etc/passwd", "http://", "no url at all", "http://a b/", "http://h/\r\nX: y",
    ])
    func `what is no http address is refused unsent`(url: String) async {
        #expect(await refusal(WebRequest(url: url))?.kind == .badURL)
    }

    @Test func `a header cannot smuggle in another`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        for header in [("X", "a\r\nY: b"), ("X: y", "a"), ("", "a")] {
            #expect(await refusal(WebRequest(url: sink.url, headers: [header]))?.kind == .other)
        }
        #expect(sink.requests.isEmpty)
    }
}
