// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// Whole ladders on real guests, and guests that end or go on by themselves.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GuestLadderTests {
    private static let rules = """
        groups:
          - name: domains
            interval: 1s
            rules:
              - alert: Wanted
                expr: libvirt_domain_state{domain="web",state="running"} == 1

        """

    private static func policy(_ ladder: String) -> String {
        """
            - name: all
              on: {causes: [watchdog, hypervisor-crash], alerts: ['alertname="Wanted"']}
              settle: 1s
              verify: 1s
              snapshot: good
              ladder: [\(ladder)]
        """
    }

    private static let sampling =
        "interval: 500ms, monitor_interval: 1s, deadline: 2s, guest_agent: true, slow_interval: 1s"

    @Test func `an agent reboots its guest; one that panics on an interrupt goes back to its snapshot`() async throws {
        let scene = try await Scenario()
        try scene.directory.write("rules.yml", Self.rules.utf8)
        try await scene.host.defineGuest("web", try await GuestKernel.make(), hasSnapshots: true)
        try await scene.host.start("web", booted: false)
        try await connected(scene)
        // What the agent runs to reboot its guest.
        let program = "mkdir -p /sbin; (echo '#!/bin/sh'; echo 'exec /bin/reboot -f') >/sbin/shutdown"
        try await scene.host.tellGuest("web", to: "\(program); chmod 755 /sbin/shutdown; echo rebootable >/dev/ttyS0")
        try await waitUntil("it is told") { scene.host.console(of: "web").contains("rebootable") }
        try scene.configure(
            mode: "auto", policies: Self.policy("start 5s, agent-reboot 90s"), sampling: Self.sampling)
        let first = try scene.serve()
        _ = try await first.port()
        let passedOver = "passed over: start (the domain is not shut off)"
        for parts in [["outcome=acted", passedOver], ["outcome=succeeded"]] {
            try await wait(for: parts + ["cause=alert", "action=agent-reboot"], first)
        }
        try await waitUntil("it has booted again", within: .seconds(60)) {
            scene.host.console(of: "web").split(whereSeparator: \.isNewline).count { $0 == "ready" } == 2
        }
        #expect(first.lines("decision", "outcome=failed").isEmpty)
        first.signal(SIGTERM)
        #expect(await first.end() == .exited(0))

        try await connected(scene)
        try await scene.host.tellGuest("web", to: "echo 1 >/proc/sys/kernel/unknown_nmi_panic; echo armed >/dev/ttyS0")
        try await waitUntil("it is told") { scene.host.console(of: "web").contains("armed") }
        try await scene.host.virsh("snapshot-create-as", "--domain", "web", "good")
        try scene.configure(
            mode: "auto", policies: Self.policy("resume 5s, inject-nmi 60s, reset 5s, snapshot-revert 60s"),
            sampling: Self.sampling)
        let next = try scene.serve()
        _ = try await next.port()
        for parts in [
            ["outcome=acted", "action=inject-nmi", "passed over: resume (the domain is not paused by an I/O error)"],
            ["outcome=failed", "action=inject-nmi", "crashed (panicked)"],
            ["outcome=acted", "action=snapshot-revert", "passed over: reset (the domain does not run)"],
            ["outcome=succeeded", "action=snapshot-revert"],
        ] {
            try await wait(for: parts + ["cause=alert"], next)
        }
        #expect(try await scene.host.virsh("domstate", "--reason", "web").contains("running (from snapshot)"))
        #expect(next.lines("decision", "outcome=acted").count == 2)
        #expect(await scene.stop(next) == .exited(0))
    }

    private func connected(_ scene: Scenario) async throws {
        try await waitUntil("its agent is there", within: .seconds(120)) {
            try await scene.host.virsh("dumpxml", "web").contains("state='connected'")
        }
    }

    private func wait(for parts: [String], of name: String = "web", _ agent: ChildProcess) async throws {
        do {
            try await waitUntil("\(parts)", within: .seconds(120)) {
                agent.lines("decision", "domain=\(name) ").contains { line in parts.allSatisfy(line.contains) }
            }
        } catch {
            throw HostError("\(error); it says \(agent.lines("domain=\(name) ").suffix(20))")
        }
    }

    @Test func `a guest that obeys its watchdog's shutdown long after it, is started for the watchdog's sake`()
        async throws
    {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policy("start 30s"))
        try await scene.host.define("slow", .slow, watchdog: "shutdown")
        try await scene.host.start("slow")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="slow",state="running"} 1"#)
        try await scene.host.tell("slow", to: .watchdog)
        let asked = "its watchdog has asked it to shut down"
        for parts in [["outcome=left-alone", asked], ["outcome=acted", "action=start"], ["outcome=succeeded"]] {
            try await wait(for: parts + ["cause=watchdog"], of: "slow", agent)
        }
        #expect(agent.lines("decision", "cause=guest-poweroff").isEmpty)
        // Its own power-off, with no watchdog before it.
        try await scene.host.waitUntilBooted("slow")
        try await scene.host.tell("slow", to: .powerOff)
        try await wait(for: ["outcome=left-alone", "cause=guest-poweroff"], of: "slow", agent)
        #expect(try await scene.host.state(of: "slow") == "shut off")
        #expect(agent.lines("decision", "outcome=acted").count == 1)
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `a guest that resets itself each second is in a loop, which is said once, alerted, and not repaired`()
        async throws
    {
        let scene = try await Scenario()
        let folder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/dashboards/rules"
        let sample = try String(contentsOfFile: "\(folder)/domains.yml", encoding: .utf8)
        let name = "  - name: domains\n"
        let quick = sample.split(separator: name, omittingEmptySubsequences: false)
            .joined(separator: name + "    interval: 1s\n")
        try scene.directory.write("rules.yml", quick.utf8)
        try scene.configure(mode: "auto", policies: Self.policy("reset 10s, destroy-start 30s"))
        try await scene.host.define("loop", .rebooting)
        try await scene.host.start("loop")
        let pid = try scene.host.pid(of: "loop")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await wait(for: ["outcome=left-alone", "cause=reboot-loop", "5 reboots within 10m"], of: "loop", agent)
        try await scene.wait(port, for: #"libvirt_domain_incidents_total{cause="reboot-loop",domain="loop"} 1"#)
        try await waitUntil("the alert is told", within: .seconds(30)) {
            scene.sink.requests.contains { $0.text.contains("DomainRebootLoop") }
        }
        // It goes on, and nothing more is said or done.
        let said = agent.lines("decision").count
        let reboots = agent.lines("event=reboot", "domain=loop ").count
        try await waitUntil("it goes on", within: .seconds(60)) {
            agent.lines("event=reboot", "domain=loop ").count > reboots + 12
        }
        #expect(agent.lines("decision").count <= said + 1, "\(agent.lines("decision"))")
        #expect(agent.lines("decision", "cause=reboot-loop").count == 1)
        #expect(agent.lines("decision", "outcome=acted").isEmpty)
        #expect(try scene.host.pid(of: "loop") == pid)
        #expect(await scene.stop(agent) == .exited(0))
    }
}
