// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing
import WebClient

/// Against a real Alertmanager, which speaks TLS as Prometheus's own components do.
@Suite struct TLSTests {
    private func settings(_ certificates: Certificates, client: Bool = true) -> WebClientSettings {
        var settings = WebClientSettings()
        settings.tls.authorityFile = certificates.authority
        if client {
            settings.tls.certificateFile = certificates.certificate("client")
            settings.tls.keyFile = certificates.key("client")
        }
        return settings
    }

    private func kind(_ url: String, _ settings: WebClientSettings) async -> WebClientError.Kind? {
        do throws(WebClientError) {
            _ = try await WebClient().send(WebRequest(url: url, settings: settings))
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `the server's certificate is verified, and the client's is shown`() async throws {
        let directory = try OwnedDirectory()
        let certificates = Certificates(folder: directory.path, serverNames: "IP:127.0.0.1,DNS:alerts.example")
        try await certificates.make()
        let server = try await AlertmanagerServer.start(protection: .mutualTLS(certificates))
        let url = server.url + "/-/healthy"
        let named = "https://localhost:\(server.port)/-/healthy"
        let good = settings(certificates)

        #expect(await kind(url, good) == nil)
        // TLS 1.3 says no to a client only after the handshake.
        #expect(await kind(url, settings(certificates, client: false)) != nil)
        #expect(await kind(url, WebClientSettings()) == .tls)
        #expect(await kind(named, good) == .tls)

        var renamed = good
        renamed.tls.serverName = "alerts.example"
        #expect(await kind(named, renamed) == nil)
        renamed.tls.serverName = "other.example"
        #expect(await kind(named, renamed) == .tls)

        var careless = good
        careless.tls.authorityFile = nil
        careless.tls.skipsVerification = true
        #expect(await kind(named, careless) == nil)
        #expect(careless.warning != nil && good.warning == nil)

        var broken = good
        broken.tls.keyFile = directory.path + "/none"
        #expect(await kind(url, broken) == .tls)
        broken = good
        broken.tls.authorityFile = directory.path + "/none"
        #expect(await kind(url, broken) == .tls)
        await server.stop()
        await directory.remove()
    }

    @Test func `an authority that is replaced is used at once, by a client that had connected`() async throws {
        let directory = try OwnedDirectory()
        let (right, wrong) = (directory.path + "/right", directory.path + "/wrong")
        try directory.makeFolder("right")
        try directory.makeFolder("wrong")
        let certificates = Certificates(folder: right)
        try await certificates.make()
        try await Certificates(folder: wrong).make()
        let server = try await AlertmanagerServer.start(protection: .mutualTLS(certificates))
        let request = WebRequest(url: server.url + "/-/healthy", settings: settings(certificates))
        let client = WebClient()
        #expect(try await client.send(request).status == 200)
        try await run("cp", [wrong + "/cacert.pem", right + "/cacert.pem"])
        let error = await #expect(throws: WebClientError.self) { try await client.send(request) }
        #expect(error?.kind == .tls)
        await server.stop()
        await directory.remove()
    }

    @Test func `user and password are taken, and wrong ones are an answer`() async throws {
        let directory = try OwnedDirectory()
        let certificates = Certificates(folder: directory.path)
        try await certificates.make()
        let server = try await AlertmanagerServer.start(
            protection: .password(certificates, user: "agent", password: "open sesame"))
        var settings = settings(certificates, client: false)
        settings.authorization = .basic(user: .text("agent"), password: .text("open sesame"))
        let client = WebClient()
        #expect(try await client.send(WebRequest(url: server.url + "/-/ready", settings: settings)).status == 200)
        settings.authorization = .basic(user: .text("agent"), password: .text("wrong"))
        #expect(try await client.send(WebRequest(url: server.url + "/-/ready", settings: settings)).status == 401)
        await server.stop()
        await directory.remove()
    }

    @Test func `what speaks no TLS is an error of TLS`() async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.blurt("no TLS\r\n"))
        #expect(await kind("https://127.0.0.1:\(sink.port)/", WebClientSettings()) == .tls)
    }
}
