// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

@Suite struct DemoTests {
    @Test func `within ten seconds it shows mishap, alert, repair and restraint, and leaves nothing`() async throws {
        let directory = try OwnedDirectory()
        let demo = try BuiltProgram.start(
            ["demo", "--listen", "127.0.0.1:0"], environment: ["TMPDIR": directory.path, "NO_COLOR": "1"])
        try await waitUntil("the whole story is told", within: .seconds(20)) {
            if let ending = demo.ending { throw HostError("it ended: \(ending): \(demo.standardError)") }
            return demo.standardOutput.contains("build-1: the domain was shut down in order")
        }
        let text = demo.standardOutput
        for part in [
            "/metrics", "db-1: lifecycle stopped_crashed", "DomainCrashed fires: db-1 has crashed",
            "start db-1, because of panic", "db-1: start has worked", "DomainPaused fires: web-2 is paused",
            "web-2: somebody paused the domain",
        ] { #expect(text.contains(part), "\(part)") }
        let port = try #require(text.firstMatch(of: #/http://127.0.0.1:(\d+)/metrics/#).flatMap { Int($0.1) })
        for part in [
            #"libvirt_domain_state{domain="web-2",state="paused"} 1"#,
            #"libvirt_domain_info_virtual_cpus{domain="api-1"} 4"#,
            #"libvirt_domain_info_memory_usage_bytes{domain="db-1"} 17179869184"#,
            #"libvirt_domain_info_cpu_time_seconds_total{domain="web-1"}"#,
            #"libvirt_domain_interface_stats_receive_bytes_total{domain="web-1""#,
            #"virtwarden_actions_total{action="start",domain="db-1",result="success"} 1"#,
        ] {
            // A domain that was just started is sampled in the next round.
            try await waitUntil("the page has \(part)") {
                try await get("http://127.0.0.1:\(port)/metrics").text.contains(part)
            }
        }
        demo.signal(SIGINT)
        #expect(await demo.end() == .exited(0))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasPrefix("virtwarden") }
                == [])
        await directory.remove()
    }

    @Test func `its rules and its configuration are ones that promtool and check accept`() async throws {
        let directory = try OwnedDirectory()
        let demo = try BuiltProgram.start(["demo", "--listen", "127.0.0.1:0"], environment: ["TMPDIR": directory.path])
        try await waitUntil("its files are there") {
            try FileManager.default.subpathsOfDirectory(atPath: directory.path).contains { $0.hasSuffix("rules.yml") }
        }
        let file = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: directory.path).first { $0.hasSuffix("rules.yml") })
        try await waitUntil("they are written") {
            (try? String(contentsOf: URL(filePath: "\(directory.path)/\(file)"), encoding: .utf8))?.isEmpty == false
        }
        try await run("promtool", ["check", "rules", "\(directory.path)/\(file)"])
        #expect(try await BuiltProgram.run(["check", "rules", "\(directory.path)/\(file)"]).code == 0)
        await demo.stop()
        await directory.remove()
    }
}
