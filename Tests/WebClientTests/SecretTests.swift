// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import WebClient

@Suite struct SecretTests {
    @Test func `a secret in a file is read again when it changes, without what ends its line`() async throws {
        let directory = try OwnedDirectory()
        let sink = try WebSink()
        defer { sink.stop() }
        let client = WebClient()
        let file = try directory.write("token", "one\n".utf8)
        var settings = WebClientSettings()
        settings.authorization = .other(type: "Token", credentials: .file(file))
        #expect(try await client.send(WebRequest(url: sink.url, settings: settings)).status == 200)
        try directory.write("token", "  two \r\n\n".utf8)
        #expect(try await client.send(WebRequest(url: sink.url, settings: settings)).status == 200)
        #expect(sink.requests.map { $0.headers["authorization"] } == ["Token one", "Token two"])
        await directory.remove()
    }

    @Test func `user and password may both come from files`() async throws {
        let directory = try OwnedDirectory()
        let sink = try WebSink()
        defer { sink.stop() }
        var settings = WebClientSettings()
        settings.authorization = .basic(
            user: .file(try directory.write("user", "Aladdin\n".utf8)),
            password: .file(try directory.write("password", "open sesame\n".utf8)))
        #expect(try await WebClient().send(WebRequest(url: sink.url, settings: settings)).status == 200)
        #expect(sink.requests.last?.headers["authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        await directory.remove()
    }

    @Test func `a file that is missing, empty or odd is named, and what is in it is not`() async throws {
        let directory = try OwnedDirectory()
        let sink = try WebSink()
        defer { sink.stop() }
        let paths = [
            directory.path + "/none", try directory.write("empty", "\n".utf8),
            try directory.write("odd", "hush\u{1}hush\r\nX: y".utf8),
            try directory.write("long", [UInt8](repeating: 0x61, count: 65_537)), directory.path,
        ]
        for path in paths {
            var settings = WebClientSettings()
            settings.authorization = .other(type: "Bearer", credentials: .file(path))
            let error = await #expect(throws: WebClientError.self) {
                try await WebClient().send(WebRequest(url: sink.url, settings: settings))
            }
            #expect(error?.kind == .secret)
            #expect(error?.description.contains("hush") == false)
        }
        #expect(sink.requests.isEmpty)
        await directory.remove()
    }

    @Test func `a secret does not show when settings are printed`() {
        var settings = WebClientSettings()
        settings.authorization = .basic(user: .text("hush"), password: .text("hush"))
        var text = ""
        dump(settings, to: &text)
        #expect(!text.contains("hush"))
        #expect(!"\(settings) \(String(reflecting: settings))".contains("hush"))
    }
}
