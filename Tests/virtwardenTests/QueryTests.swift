// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Rules, the query API and the command `query` of the whole program, on libvirt's own test driver.
@Suite struct QueryTests {
    private static let rules = """
        groups:
        - name: g
          interval: 1s
          rules:
          - {alert: Up, expr: libvirt_up == 1, annotations: {v: "{{ $value }}"}}
          - {alert: Long, expr: libvirt_up == 1, for: 1h}
          - {record: "up:twice", expr: libvirt_up * 2}

        """

    private func withAgent(_ body: (OwnedDirectory, [String]) async throws -> Void) async throws {
        let directory = try OwnedDirectory()
        let rules = try directory.write("rules.yml", Self.rules.utf8)
        let config = try directory.write(
            "config.yml",
            """
            connections: [{name: local, uri: "test:///default"}]
            sampling: {interval: 500ms}
            web: {listen: ["127.0.0.1:0"], query_timeout: 5s, max_queries: 2}
            rule_files: ["\(rules)"]
            rules: {max_reach: 1h}
            state: {directory: "\(directory.path)/state"}

            """.utf8)
        do {
            try await body(directory, ["serve", "--config", config])
        } catch {
            await directory.remove()
            throw error
        }
        await directory.remove()
    }

    private func query(_ port: UInt16, _ arguments: String...) async throws -> (
        code: Int32?, output: String, errors: String
    ) {
        try await BuiltProgram.run(["query", "--url", "http://127.0.0.1:\(port)"] + arguments)
    }

    /// The text after `"activeAt":"` of each alert.
    private func activeTimes(_ port: UInt16) async throws -> [Substring] {
        let text = try await get("http://127.0.0.1:\(port)/api/v1/alerts").text
        return text.split(separator: "\"activeAt\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    }

    @Test func `query prints what the rules made, in each form`() async throws {
        try await withAgent { _, arguments in
            let agent = try BuiltProgram.start(arguments)
            let port = try await agent.port()
            try await waitUntil("both alerts are there") { try await self.activeTimes(port).count == 2 }
            let csv = try await query(port, "ALERTS{alertname=\"Up\"}", "--output", "csv")
            #expect(csv.code == 0)
            #expect(csv.output.contains(#""ALERTS{alertname=""Up"", alertstate=""firing""}""#))
            #expect(try await query(port, "up:twice").output.contains("up:twice"))
            let table = try await query(port, "ALERTS{alertname=\"Long\"}").output
            #expect(table.contains(#"ALERTS{alertname="Long", alertstate="pending"}  "#), "\(table)")
            let json = try await query(port, "vector(1.5)", "--at", "1000.5", "--output", "json").output
            #expect(json == #"{"metric":{},"time":"1970-01-01T00:16:40.500Z","value":"1.5"}"# + "\n")
            let range = try await query(
                port, "vector(1)", "--start", "0", "--end", "1970-01-01T00:00:10Z", "--step", "5s", "--output", "csv")
            #expect(range.output.split(separator: "\n").count == 4)
            let unknown = try await query(port, "not_there")
            #expect(unknown.code == 0)
            #expect(unknown.errors.contains("no rule reads them"))
            let wrong = try await query(port, "sum(")
            #expect(wrong.code == 1)
            #expect(wrong.errors.contains("query: 1:5"))
            #expect(try await query(port, "1", "--start", "0").code == 2)
            let rules = try await get("http://127.0.0.1:\(port)/api/v1/rules").text
            #expect(rules.contains(#""health":"ok""#) && rules.contains(#""name":"up:twice""#))
            kill(agent.pid, SIGTERM)
            #expect(await agent.end() == .exited(0))
            #expect(try await query(port, "1").code == 4)
        }
    }

    @Test func `alerts outlive a killed agent`() async throws {
        try await withAgent { directory, arguments in
            let first = try BuiltProgram.start(arguments)
            let port = try await first.port()
            try await waitUntil("both alerts are there") { try await self.activeTimes(port).count == 2 }
            let before = try await activeTimes(port)
            try await waitUntil("they are written") {
                let database = try DatabaseHandle(path: directory.path + "/state/alerts.db")
                return try database.query("SELECT count(*) FROM alerts").first?.first == .integer(2)
            }
            kill(first.pid, SIGKILL)
            _ = await first.end()
            let second = try BuiltProgram.start(arguments)
            let newPort = try await second.port()
            #expect(second.lines("took back 2 alerts of before the restart").count == 1)
            #expect(try await activeTimes(newPort).contains(before[0]))
            #expect(second.lines("alert", "firing").isEmpty)
            kill(second.pid, SIGTERM)
            #expect(await second.end() == .exited(0))
        }
    }
}
