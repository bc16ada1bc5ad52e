// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// The program on a real libvirtd with real QEMUs, from event to repair.
@Suite(.serialized) struct ServeTests {
    @Test func `a killed QEMU: alert, webhook, start, and running again`() async throws {
        let scene = try await Scenario()
        try await scene.host.define("web-1")
        try await scene.host.start("web-1", booted: false)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        try scene.host.kill("web-1")
        try await waitUntil("the webhook is told") {
            scene.sink.requests.contains { $0.text.contains("DomainCrashed") }
        }
        let told = try #require(scene.sink.requests.first { $0.text.contains("DomainCrashed") })
        #expect(told.text.contains(#""status":"firing""#) && told.text.contains(#""version":"4""#))
        try await waitUntil("the repair is proved") { !agent.lines("decision", "outcome=succeeded").isEmpty }
        #expect(try await scene.host.state(of: "web-1") == "running")
        try await waitUntil("the end is told") {
            scene.sink.requests.last?.text.contains(#""status":"resolved""#) == true
        }
        #expect(agent.lines("decision", "outcome=acted", "action=start", "cause=hypervisor-crash").count == 1)
        try await scene.wait(port, for: #"virtwarden_actions_total{action="start",domain="web-1",result="success"} 1"#)
        try await scene.wait(
            port, for: #"virtwarden_remediation_decisions_total{cause="hypervisor-crash",outcome="acted"} 1"#)
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `what an owner did on purpose is never undone`() async throws {
        let scene = try await Scenario()
        for name in ["off", "destroyed", "paused", "saved"] {
            try await scene.host.define(name, name == "off" ? .obedient : .idle)
            try await scene.host.start(name)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="saved",state="running"} 1"#)
        try await scene.host.tell("off", to: .powerOff)
        try await scene.host.virsh("destroy", "destroyed")
        try await scene.host.virsh("suspend", "paused")
        try await scene.host.virsh("managedsave", "saved")
        for cause in ["guest-poweroff", "admin-destroy", "user-pause", "saved"] {
            try await waitUntil("\(cause) is decided") {
                !agent.lines("decision", "outcome=left-alone", "cause=\(cause)").isEmpty
            }
        }
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        #expect(try await scene.host.state(of: "off") == "shut off")
        #expect(try await scene.host.state(of: "destroyed") == "shut off")
        #expect(try await scene.host.state(of: "paused") == "paused")
        #expect(try await scene.host.state(of: "saved") == "shut off")
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `observing says what it would do, and does nothing`() async throws {
        let scene = try await Scenario()
        try scene.configure(mode: "observe")
        try await scene.host.define("web-1")
        try await scene.host.start("web-1", booted: false)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-1",state="running"} 1"#)
        try scene.host.kill("web-1")
        try await waitUntil("it says so") { !agent.lines("decision", "outcome=would-act", "action=start").isEmpty }
        #expect(try await scene.host.state(of: "web-1") == "shut off")
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `libvirtd away and back: told, found again, and what happened meanwhile repaired`() async throws {
        let scene = try await Scenario()
        for name in ["web-1", "web-2"] {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web-2",state="running"} 1"#)
        try await scene.host.killDaemon()
        try await scene.wait(port, for: "libvirt_up 0\n")
        let page = try await Scenario.page(port)
        #expect(!page.contains("libvirt_domain_state{"))
        #expect(try await get("http://127.0.0.1:\(port)/-/ready").status == 503)
        try await waitUntil("the alert is told") { scene.sink.requests.contains { $0.text.contains("LibvirtDown") } }
        try scene.host.kill("web-1")
        try await scene.host.restart()
        try await scene.wait(port, for: "libvirt_up 1\n", within: .seconds(30))
        try await waitUntil("the lost domain runs again", within: .seconds(30)) {
            !agent.lines("decision", "outcome=succeeded", "domain=web-1").isEmpty
        }
        #expect(try await scene.host.state(of: "web-1") == "running")
        #expect(agent.lines("decision", "domain=web-2").isEmpty)
        // Once for each reason: a socket that refuses, then a daemon that is not ready yet.
        #expect(agent.lines("cannot watch").count <= 2)
        // Events are registered anew.
        try scene.host.kill("web-2")
        try await waitUntil("an event is heard again") { !agent.lines("stopped_failed", "domain=web-2").isEmpty }
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `a libvirtd that is absent at start is waited for`() async throws {
        let scene = try await Scenario()
        try await scene.host.killDaemon()
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_up 0\n")
        try await waitUntil("it says so") { !agent.lines("cannot watch local").isEmpty }
        try await scene.host.restart()
        try await scene.wait(port, for: "libvirt_up 1\n", within: .seconds(30))
        #expect(agent.lines("cannot watch local").count == 1)
        #expect(try await get("http://127.0.0.1:\(port)/-/healthy").status == 200)
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `Prometheus scrapes it, promtool finds nothing, and no series is there twice`() async throws {
        let scene = try await Scenario()
        // Names that libvirt allows and that must neither break the page nor the log.
        let names = [
            "plain", #"quo"te"#, #"back\slash"#, "re\rturn", "<script>alert(1)", String(repeating: "x", count: 200),
        ]
        for name in names { try await scene.host.define(name) }
        try await scene.host.start("plain", booted: false)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(
            port, for: #"libvirt_domain_block_stats_read_bytes_total{domain="plain",target_device="vda"}"#)
        try await scene.wait(port, for: "libvirt_node_memory_total_bytes ")
        let page = try await Scenario.page(port)
        #expect(page.values("libvirt_node_cpus ").first ?? 0 >= 1)
        #expect(page.values(#"libvirt_node_cpu_seconds_total{mode="user"}"#).first ?? 0 > 0)
        #expect(page.contains(#"domain="quo\"te""#) && page.contains(#"domain="back\\slash""#))
        let series = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            line.prefix(upTo: line.lastIndex(of: " ") ?? line.endIndex)
        }
        #expect(series.count > 300)
        #expect(Set(series).count == series.count)
        let file = try scene.directory.write("page.txt", page.utf8)
        try await run("sh", ["-c", "promtool check metrics <\"$1\"", "sh", file])
        try await run("promtool", ["check", "rules", "\(scene.directory.path)/rules.yml"])
        let prometheus = try await PrometheusServer.start(scraping: "127.0.0.1:\(port)")
        try await waitUntil("it is up") { try await prometheus.query("up").contains("=> 1 @") }
        let answer = try await prometheus.query(#"count(libvirt_domain_info)"#)
        #expect(answer.contains("=> \(names.count) @"))
        await prometheus.stop()
        try await scene.host.virsh("undefine", "--domain", "re\rturn")
        try await waitUntil("the log names it") {
            !agent.lines(#"domain=re\u{d}turn "#, "detail=undefined").isEmpty
        }
        #expect(!agent.standardError.unicodeScalars.contains("\r"))
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `a name of 5,000 characters is a label of bounded length and one line of the log`() async throws {
        let directory = try OwnedDirectory()
        let name = String(repeating: "n", count: 5000)
        let file = try directory.write(
            "host.xml",
            """
            <node><domain type='test'><name>\(name)</name><memory>1024</memory><vcpu>1</vcpu><os><type>hvm</type></os>
            <metadata><r:remediation xmlns:r='urn:virtwarden:remediation:1' mode='never-heard-of'/></metadata>
            </domain></node>
            """.utf8)
        let agent = try BuiltProgram.start(["serve", "--connect", "test://\(file)", "--listen", "127.0.0.1:0"])
        let port = try await agent.port()
        try await waitUntil("it is on the page") { try await Scenario.page(port).contains("libvirt_domain_state{") }
        let line = try #require(
            try await Scenario.page(port).split(separator: "\n").first { $0.hasPrefix("libvirt_domain_state_code{") })
        #expect(line.count < 400)
        try await waitUntil("the log names it") { !agent.lines("cannot use what a domain's metadata says").isEmpty }
        let told = agent.lines(String(repeating: "n", count: 100))
        #expect(told.count == 1)
        #expect(told.first?.contains("domain=\(String(repeating: "n", count: 2000))… ") == true)
        #expect(told.first.map { $0.count < 2500 } == true)
        #expect(await agent.stop() == .exited(0))
        await directory.remove()
    }

    @Test func `a socket that it may not open is named once, and watched as soon as it may`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        #expect(chmod(daemon.socket, 0) == 0)
        // A root without this is refused, too.
        let fetters = getuid() == 0 ? ["--bounding-set=-dac_override"] : []
        let agent = try ChildProcess(
            "setpriv", fetters + [BuiltProgram.path, "serve", "--connect", daemon.uri, "--listen", "127.0.0.1:0"])
        let port = try await agent.port()
        try await waitUntil("it is named") { !agent.lines("cannot watch local").isEmpty }
        let told = try #require(agent.lines("cannot watch local").first)
        #expect(told.contains("'\(daemon.socket)': Permission denied; run as a user that may open the socket"))
        #expect(try await Scenario.page(port).contains("libvirt_up 0\n"))
        #expect(chmod(daemon.socket, 0o777) == 0)
        try await waitUntil("it is watched") { try await Scenario.page(port).contains("libvirt_up 1\n") }
        #expect(agent.lines("cannot watch local").count == 1)
        #expect(await agent.stop() == .exited(0))
        await daemon.stop()
    }

    @Test func `SIGHUP reads the files again, and keeps the old ones when the new are wrong`() async throws {
        let scene = try await Scenario()
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_up 1\n")
        try scene.directory.write("rules.yml", "groups: [{name: g, rules: [{alert: A, expr: 'up =='}]}]\n".utf8)
        agent.signal(SIGHUP)
        try await waitUntil("it is refused") { !agent.lines("the one before stays in force").isEmpty }
        #expect(!agent.lines("rules.yml:1:").isEmpty)
        try await scene.wait(port, for: "virtwarden_config_last_reload_successful 0\n")
        try scene.directory.write(
            "rules.yml", "groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: libvirt_up == 1}]}]\n".utf8)
        agent.signal(SIGHUP)
        try await waitUntil("the new rule fires") { scene.sink.requests.contains { $0.text.contains("Always") } }
        try await scene.wait(port, for: "virtwarden_config_last_reload_successful 1\n")
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `SIGTERM ends it within five seconds, though libvirtd hangs`() async throws {
        let scene = try await Scenario()
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_up 1\n")
        try await scene.host.killDaemon(SIGSTOP)
        try await waitUntil("a round hangs") {
            try await Scenario.page(port).values("virtwarden_sampling_skipped_total{tier=\"1\"}").first ?? 0 > 0
        }
        let began = ContinuousClock.now
        agent.signal(SIGTERM)
        #expect(await agent.end() == .exited(0))
        #expect(began.duration(to: .now) < .seconds(5))
        try await scene.host.killDaemon(SIGCONT)
        _ = await scene.stop(agent)
    }

    @Test func `domains that come and go are followed, and leave no series behind`() async throws {
        let scene = try await Scenario()
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: "libvirt_up 1\n")
        for round in 0..<10 {
            try await scene.host.define("brief-\(round)")
            try await scene.host.virsh("undefine", "--domain", "brief-\(round)")
        }
        try await scene.host.define("lasting")
        try await scene.wait(port, for: #"libvirt_domain_state{domain="lasting",state="shutoff"} 1"#)
        try await waitUntil("the others are gone") { try await !Scenario.page(port).contains("brief-") }
        try await scene.wait(port, for: "libvirt_domains 1\n")
        #expect(await scene.stop(agent) == .exited(0))
    }
}
