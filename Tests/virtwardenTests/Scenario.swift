// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts

/// A real libvirtd, a webhook receiver and the program between them.
final class Scenario: Sendable {
    let host: PrivateLibvirtd
    let sink: WebSink
    let directory: OwnedDirectory

    static let rules = """
        groups:
          - name: domains
            interval: 1s
            rules:
              - alert: DomainCrashed
                expr: increase(libvirt_domain_events_total{event="lifecycle",detail=~"stopped_(failed|crashed)"}[5s]) > 0
                labels: {severity: critical}
                annotations: {summary: "{{ $labels.domain }} has crashed"}
              - alert: LibvirtDown
                expr: libvirt_up == 0

        """

    /// What `configure` writes unless it is told another.
    static let policies = """
            - name: all
              on: {causes: [hypervisor-crash, panic, watchdog, lost, crash-or-terminated]}
              settle: 500ms
              verify: 500ms
              backoff: {base: 100ms, max: 1s}
        """

    init() async throws {
        host = try await PrivateLibvirtd.start()
        sink = try WebSink()
        directory = try OwnedDirectory()
        try directory.write("rules.yml", Self.rules.utf8)
        try configure(mode: "auto")
    }

    var configuration: String { "\(directory.path)/config.yml" }

    /// So many repairs that no test waits for its turn.
    static let limits =
        "{concurrent: 20, steps_per_minute: 1000, repairs_per_hour: 10000, storm: {failures: 1000, shared: 1000}}"

    /// Writes the configuration file anew.
    func configure(
        mode: String, policies: String = Scenario.policies, limits: String = Scenario.limits, more: String = "",
        sampling: String = "interval: 500ms, deadline: 2s", connections: String? = nil
    ) throws {
        let connections = connections ?? "[{name: local, uri: \"\(host.uri)\"}]"
        try directory.write(
            "config.yml",
            """
            connections: \(connections)
            sampling: {\(sampling)}
            web: {listen: ["127.0.0.1:0"]}
            rule_files: ["\(directory.path)/rules.yml"]
            receivers: [{name: ops, webhook: {url: "\(sink.url)"}}]
            state: {directory: "\(directory.path)/state"}
            remediation:
              mode: \(mode)
              limits: \(limits)
              policies:
            \(policies)
            \(more)
            """.utf8)
    }

    func serve(_ more: String...) throws -> ChildProcess {
        try BuiltProgram.start(["serve", "--config", configuration, "--log-level", "debug"] + more)
    }

    /// Waits until the page of `agent` shows `part`.
    func wait(_ port: UInt16, for part: String, within limit: Duration = .seconds(20)) async throws {
        try await waitUntil("the page shows \(part)", within: limit) { try await Self.page(port).contains(part) }
    }

    static func page(_ port: UInt16) async throws -> String {
        try await get("http://127.0.0.1:\(port)/metrics").text
    }

    func stop(_ agent: ChildProcess) async -> ChildProcess.Ending {
        let ending = await agent.stop()
        sink.stop()
        await host.stop()
        await directory.remove()
        return ending
    }
}

extension String {
    /// The values of the series whose text begins with `prefix`.
    func values(_ prefix: String) -> [Double] {
        split(separator: "\n").filter { $0.hasPrefix(prefix) }.compactMap {
            $0.split(separator: " ").last.flatMap { Double($0) }
        }
    }
}
