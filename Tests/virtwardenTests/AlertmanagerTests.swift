// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import TestHosts
import Testing

/// From a QEMU that is killed to what `amtool` shows.
@Suite(.serialized) struct AlertmanagerTests {
    @Test
    func `a killed QEMU is shown by amtool within a second, though another Alertmanager hangs, and its repair ends it`()
        async throws
    {
        let scene = try await Scenario()
        let server = try await AlertmanagerServer.start()
        scene.sink.behave(.hang)
        try scene.configure(
            mode: "auto",
            more: """
                external_labels: {site: eu-1}
                alertmanagers: [\
                {name: hung, url: "\(scene.sink.url)", tls_config: {insecure_skip_verify: true}}, {name: real, url: "\(server.url)"}]
                """)
        try await scene.host.define("web-1")
        try await scene.host.start("web-1", booted: false)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        try scene.host.kill("web-1")
        try await waitUntil("the alert fires") { !agent.lines("alert firing", "DomainCrashed").isEmpty }
        try await waitUntil("amtool shows it", within: .seconds(1)) {
            try await server.query("alertname=DomainCrashed", "domain=web-1", "site=eu-1").contains("web-1 has crashed")
        }
        try await waitUntil("the repair is proved") { !agent.lines("decision", "outcome=succeeded").isEmpty }
        try await waitUntil("amtool does not show it any more") {
            try await !server.query("alertname=DomainCrashed").contains("web-1")
        }
        try await waitUntil("start and end are counted") {
            try await Scenario.page(port).values(#"virtwarden_alertmanager_sent_total{target="real"}"#).contains {
                $0 >= 2
            }
        }
        let page = try await Scenario.page(port)
        #expect(page.values(#"virtwarden_alertmanager_latency_seconds_count{target="real"}"#).contains { $0 >= 2 })
        #expect(page.values(#"virtwarden_alertmanager_errors_total{target="real"}"#) == [0])
        #expect(page.contains(#"virtwarden_alertmanager_queue_length{target="real"} 0"#))
        #expect(page.contains(#"virtwarden_alertmanager_sent_total{target="hung"} 0"#))
        #expect(agent.lines("WARNING", "alertmanagers: hung: tls_config.insecure_skip_verify is true").count == 1)
        await server.stop()
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `what ended while an Alertmanager was away is told by the agent that is started next`() async throws {
        let scene = try await Scenario()
        let sink = try WebSink()
        defer { sink.stop() }
        sink.behave(.answer(503))
        try scene.configure(mode: "auto", more: #"alertmanagers: [{name: away, url: "\#(sink.url)"}]"#)
        try await scene.host.define("web-1")
        try await scene.host.start("web-1", booted: false)
        let first = try scene.serve()
        let port = try await first.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        try scene.host.kill("web-1")
        try await waitUntil("the alert is resolved") { !first.lines("alert resolved", "DomainCrashed").isEmpty }
        #expect(try await Scenario.page(port).contains(#"virtwarden_alertmanager_sent_total{target="away"} 0"#))
        await first.stop()
        let count = sink.requests.count
        sink.behave(.answer(200))
        let second = try scene.serve()
        _ = try await second.port()
        try await waitUntil("it is told") { sink.requests.count > count }
        let answered = Date.now
        let text = try #require(sink.requests.last?.text)
        #expect(text.contains("DomainCrashed") && text.contains(#""domain":"web-1""#))
        let ends = text.split(separator: #""endsAt":""#).dropFirst().map { String($0.prefix(24)) }
        #expect(ends.allSatisfy { $0 < answered.ISO8601Format(.init(includingFractionalSeconds: true)) })
        #expect(await scene.stop(second) == .exited(0))
    }
}
