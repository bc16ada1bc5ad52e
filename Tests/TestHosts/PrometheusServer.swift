// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A real Prometheus that scrapes one target every second, in a directory of its own.
public final class PrometheusServer: Sendable {
    /// Where it listens, as in `http://127.0.0.1:40123`.
    public let url: String
    private let directory: OwnedDirectory
    private let process: ChildProcess

    /// Starts Prometheus scraping `target`, a `host:port`, and returns once it answers queries.
    public static func start(scraping target: String, ruleFiles: [String] = []) async throws -> PrometheusServer {
        try await ready(try PrometheusServer(directory: OwnedDirectory(), target: target, ruleFiles: ruleFiles))
    }

    /// Starts Prometheus that scrapes nothing and takes what remote write brings, and returns once it answers queries.
    public static func startReceiving(ruleFiles: [String] = []) async throws -> PrometheusServer {
        try await ready(
            try PrometheusServer(
                directory: OwnedDirectory(), target: nil, ruleFiles: ruleFiles, evaluation: "1m",
                flags: ["--web.enable-remote-write-receiver"]))
    }

    /// The same, with rules that it evaluates each `interval`, as in `10s`.
    public static func startReceiving(rules files: [String], every interval: String) async throws -> PrometheusServer {
        try await ready(
            try PrometheusServer(
                directory: OwnedDirectory(), target: nil, ruleFiles: files, evaluation: interval,
                flags: ["--web.enable-remote-write-receiver"]))
    }

    /// Starts Prometheus over points of the past, given in OpenMetrics, that scrapes nothing.
    public static func start(holding text: String) async throws -> PrometheusServer {
        let directory = try OwnedDirectory()
        do {
            let file = try directory.write("points.om", text.utf8)
            _ = try await run(
                "promtool", ["tsdb", "create-blocks-from", "openmetrics", file, directory.path + "/tsdb"])
            return try await ready(PrometheusServer(directory: directory, target: nil, ruleFiles: []))
        } catch {
            await directory.remove()
            throw error
        }
    }

    private static func ready(_ server: PrometheusServer) async throws -> PrometheusServer {
        do {
            try await waitUntil("Prometheus answers on \(server.url)") {
                if let ending = server.process.ending {
                    throw HostError("prometheus ended: \(ending): \(server.process.standardError.suffix(2_000))")
                }
                return (try? await server.query("vector(1)")) != nil
            }
        } catch {
            await server.stop()
            throw error
        }
        return server
    }

    private init(
        directory: OwnedDirectory, target: String?, ruleFiles: [String], evaluation: String = "1s",
        flags: [String] = []
    ) throws {
        self.directory = directory
        let address = "127.0.0.1:\(try freePort())"
        url = "http://\(address)"
        let rules = ruleFiles.map { "\"\($0)\"" }.joined(separator: ", ")
        let targets = target.map { "{job_name: virtwarden, static_configs: [{targets: [\"\($0)\"]}]}" } ?? ""
        let settings = """
            global: {scrape_interval: 1s, evaluation_interval: \(evaluation)}
            rule_files: [\(rules)]
            scrape_configs: [\(targets)]

            """
        let file = try directory.write("prometheus.yml", settings.utf8)
        process = try ChildProcess(
            "prometheus",
            [
                "--config.file=\(file)", "--storage.tsdb.path=\(directory.path)/tsdb",
                "--web.listen-address=\(address)", "--storage.tsdb.retention.time=100y",
            ] + flags)
    }

    /// Its process id, while it runs.
    public var pid: Int32 { process.pid }

    /// An instant query; the text is promtool's, one line `name{labels} => value @[time]` a series.
    public func query(_ expression: String) async throws -> String {
        try await run("promtool", ["query", "instant", url, expression])
    }

    /// Has it read its files of rules again; without effect once it has ended.
    public func reload() {
        process.signal(SIGHUP)
    }

    /// Ends the server and removes its directory.
    public func stop() async {
        await process.stop()
        await directory.remove()
    }
}

/// A TCP port of 127.0.0.1 that nothing listened on a moment ago.
public func freePort() throws(HostError) -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw HostError("socket: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) != 0 || getsockname(descriptor, $0, &length) != 0
        }
    }
    guard !failed else { throw HostError("bind 127.0.0.1: \(String(cString: strerror(errno)))") }
    return UInt16(bigEndian: address.sin_port)
}
