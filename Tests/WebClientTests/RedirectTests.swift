// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import WebClient

@Suite struct RedirectTests {
    private let client = WebClient()

    private func request(_ url: String, _ method: String = "POST") -> WebRequest {
        var settings = WebClientSettings()
        settings.followsRedirects = true
        settings.authorization = .other(type: "Bearer", credentials: .text("hush"))
        return WebRequest(
            url: url, method: method, headers: [("Content-Type", "text/plain"), ("X-Key", "hush")],
            body: method == "POST" ? Array("body".utf8) : [], settings: settings)
    }

    @Test(arguments: [307, 308])
    func `carries body and credentials on to the same server`(status: Int) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(status, fields: "Location: /new\r\n"), at: "/old")
        #expect(try await client.send(request(sink.url + "old")).status == 200)
        let last = try #require(sink.requests.last)
        #expect(last.line == "POST /new HTTP/1.1")
        #expect(last.text == "body")
        #expect(last.headers["authorization"] == "Bearer hush")
        #expect(last.headers["x-key"] == "hush")
    }

    @Test func `takes no secret to another server`() async throws {
        let (first, second) = (try WebSink(), try WebSink())
        defer {
            first.stop()
            second.stop()
        }
        first.behave(.answer(307, fields: "Location: \(second.url)new\r\n"))
        #expect(try await client.send(request(first.url)).status == 200)
        let last = try #require(second.requests.last)
        #expect(last.text == "body")
        #expect(last.headers["content-type"] == "text/plain")
        #expect(last.headers["authorization"] == nil)
        #expect(last.headers["x-key"] == nil)
    }

    @Test(arguments: [301, 302, 303])
    func `does not make a GET of what was posted`(status: Int) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(status, fields: "Location: /new\r\n"), at: "/old")
        #expect(try await client.send(request(sink.url + "old")).status == status)
        #expect(sink.requests.count == 1)
        #expect(try await client.send(request(sink.url + "old", "GET")).status == 200)
    }

    @Test func `ends a circle`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(308, fields: "Location: /again\r\n"))
        let error = await #expect(throws: WebClientError.self) { try await client.send(request(sink.url)) }
        #expect(error?.kind == .redirect)
        #expect(sink.requests.count == 6)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/"])
    func `goes nowhere but to http and https`(target: String) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(307, fields: "Location: \(target)\r\n"))
        let error = await #expect(throws: WebClientError.self) { try await client.send(request(sink.url)) }
        #expect(error?.kind == .redirect)
    }

    @Test func `an address that is refused is refused after a redirect too`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(307, fields: "Location: http://169.254.169.254/latest\r\n"))
        var request = request(sink.url)
        request.settings.refusedTargets = [.linkLocal]
        let error = await #expect(throws: WebClientError.self) { try await client.send(request) }
        #expect(error?.kind == .refusedTarget)
    }
}
