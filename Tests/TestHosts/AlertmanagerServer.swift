// SPDX-License-Identifier: Apache-2.0

/// A real Alertmanager, alone and on 127.0.0.1, in a directory of its own.
public final class AlertmanagerServer: Sendable {
    /// How it is protected.
    public enum Protection: Sendable {
        case none
        /// TLS with these certificates, which asks for the client's too.
        case mutualTLS(Certificates)
        /// TLS, and a user with a password.
        case password(Certificates, user: String, password: String)
    }

    public let port: UInt16
    private let directory: OwnedDirectory
    private let process: ChildProcess
    private let isPlain: Bool

    /// Starts it on `port`, or a free one, and returns once it answers. `routes` are those below its root.
    public static func start(
        port: UInt16? = nil, webhook: String? = nil, routes: String = "[]", groupWait: String = "0s",
        protection: Protection = .none
    ) async throws -> AlertmanagerServer {
        let directory = try OwnedDirectory()
        let server: AlertmanagerServer
        do {
            let file = try await directory.writeProtection(protection)
            let webhooks = webhook.map { "[{url: \"\($0)\"}]" } ?? "[]"
            let settings = """
                route: {receiver: all, group_by: [alertname], group_wait: \(groupWait), group_interval: 1s, \
                repeat_interval: 1h, routes: \(routes)}
                receivers: [{name: all, webhook_configs: \(webhooks)}]

                """
            server = try AlertmanagerServer(directory, port: port ?? freePort(), settings, webFile: file)
        } catch {
            await directory.remove()
            throw error
        }
        do {
            try await waitUntil("Alertmanager answers on port \(server.port)") {
                if let ending = server.process.ending {
                    throw HostError("alertmanager ended: \(ending): \(server.process.standardError.suffix(2_000))")
                }
                return server.process.standardError.contains("Listening on")
            }
        } catch {
            await server.stop()
            throw error
        }
        return server
    }

    private init(_ directory: OwnedDirectory, port: UInt16, _ settings: String, webFile: String?) throws {
        self.directory = directory
        self.port = port
        isPlain = webFile == nil
        let file = try directory.write("alertmanager.yml", settings.utf8)
        process = try ChildProcess(
            "prometheus-alertmanager",
            [
                "--config.file=\(file)", "--storage.path=\(directory.path)/data", "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:\(port)",
            ] + (webFile.map { ["--web.config.file=\($0)"] } ?? []))
    }

    /// Without a path.
    public var url: String { "\(isPlain ? "http" : "https")://127.0.0.1:\(port)" }
    /// What it has logged.
    public var log: String { process.standardError }

    /// The alerts that fire, as `amtool` prints them in JSON; only without protection.
    public func query(_ matchers: String...) async throws -> String {
        try await run("amtool", ["alert", "query", "--alertmanager.url=\(url)", "-o", "json"] + matchers)
    }

    /// Ends the server and removes its directory.
    public func stop() async {
        await process.stop()
        await directory.remove()
    }
}

extension OwnedDirectory {
    fileprivate func writeProtection(_ protection: AlertmanagerServer.Protection) async throws -> String? {
        switch protection {
        case .none: return nil
        case .mutualTLS(let certificates):
            return try write(
                "web.yml",
                """
                tls_server_config: {cert_file: \(certificates.certificate("server")), \
                key_file: \(certificates.key("server")), client_ca_file: \(certificates.authority), \
                client_auth_type: RequireAndVerifyClientCert}

                """.utf8)
        case .password(let certificates, let user, let password):
            let hash = try await run(
                "perl", ["-e", "print crypt $ARGV[0], q($2b$05$abcdefghijklmnopqrstuu)", password])
            return try write(
                "web.yml",
                """
                tls_server_config: {cert_file: \(certificates.certificate("server")), \
                key_file: \(certificates.key("server"))}
                basic_auth_users: {\(user): '\(hash)'}

                """.utf8)
        }
    }
}
