// SPDX-License-Identifier: Apache-2.0
import Database
import FoundationEssentials
import Glibc
import TestHosts
import Testing

/// What the program makes of what happens to real guests.
@Suite(.serialized, .timeLimit(.minutes(10))) struct GuestRepairTests {
    private static let policies = """
            - name: all
              on: {causes: [hypervisor-crash, panic, watchdog, lost, crash-or-terminated, io-error, hung]}
              settle: 1s
              verify: 1s
              budget: {attempts: 100}
              backoff: {base: 500ms, max: 1s}
              ladder: [start 30s, resume 5s, destroy-start 30s]
            - name: stopped
              match: {domains: [stopped]}
              on: {causes: [monitor-hung]}
              settle: 1s
              verify: 1s
              ladder: [destroy-start 60s]
        """

    /// What is done in a guest, and what the program is to say of it: parts of one line each.
    private struct Deed: Sendable {
        let order: String
        let says: [[String]]
        var then: (@Sendable (Scenario) async throws -> Void)?
    }

    private struct Case: Sendable {
        let name: String
        var onCrash = "preserve"
        var watchdog = "reset"
        var before: (@Sendable (Scenario) async throws -> Void)?
        let deeds: [Deed]
        var state = "running"
        var acts = 0
    }

    private static let panic = "sleep 1; echo c >/proc/sysrq-trigger"
    private static let bite = "exec 3>/dev/watchdog; sleep 600"

    /// What is begun with `action`, and helped in the end: on a busy host libvirt may end the new QEMU as if it were the
    /// old one, and then that step fails and the next one follows.
    private static func repaired(_ cause: String, _ action: String) -> [[String]] {
        [["outcome=acted", "cause=\(cause)", "action=\(action)"], ["outcome=succeeded", "cause=\(cause)"]]
    }

    /// On a busy host a guest's step may take a minute; who waits for it waits no longer than that step takes.
    private static let patience = Duration.seconds(90)

    private static func left(_ cause: String) -> [[String]] { [["outcome=left-alone", "cause=\(cause)"]] }

    @Test func `panics, by what libvirt is to do about them; watchdogs, by what they do; and a guest's own end`()
        async throws
    {
        try await play([
            Case(
                name: "panic-destroy", onCrash: "destroy",
                deeds: [Deed(order: Self.panic, says: Self.repaired("panic", "start"))], acts: 1),
            // libvirt has restarted it by itself.
            Case(
                name: "panic-restart", onCrash: "restart", deeds: [Deed(order: Self.panic, says: Self.left("panic"))]),
            Case(
                name: "panic-preserve",
                deeds: [Deed(order: Self.panic, says: Self.repaired("panic", "destroy-start"))], acts: 1),
            // libvirt dumps its memory first, which nothing disturbs.
            Case(
                name: "panic-dump", onCrash: "coredump-destroy",
                deeds: [Deed(order: Self.panic, says: Self.repaired("panic", "start"))], acts: 1),
            Case(
                name: "panic-dump-restart", onCrash: "coredump-restart",
                deeds: [Deed(order: Self.panic, says: Self.left("panic"))]),
            Case(
                name: "bite-poweroff", watchdog: "poweroff",
                deeds: [Deed(order: Self.bite, says: Self.repaired("watchdog", "start"))], acts: 1),
            Case(
                name: "bite-pause", watchdog: "pause",
                deeds: [Deed(order: Self.bite, says: Self.repaired("watchdog", "destroy-start"))], acts: 1),
            Case(
                name: "bite-reset", watchdog: "reset",
                deeds: [Deed(order: Self.bite, says: Self.left("watchdog"))]),
            // The guest does not heed the power button.
            Case(
                name: "bite-shutdown", watchdog: "shutdown",
                deeds: [Deed(order: Self.bite, says: Self.left("watchdog"))]),
            // libvirt pauses it, dumps it and lets it go on.
            Case(
                name: "bite-dump", watchdog: "dump", deeds: [Deed(order: Self.bite, says: Self.left("watchdog"))]),
            Case(
                name: "bite-none", watchdog: "none",
                deeds: [
                    Deed(order: Self.bite, says: Self.left("watchdog")),
                    Deed(order: "sleep 1; poweroff -f", says: Self.left("guest-poweroff")),
                ], state: "shut off"),
            // Later its agent stops in the midst of things, and nothing else happens in it.
            Case(
                name: "silent", watchdog: "inject-nmi",
                deeds: [
                    Deed(order: Self.bite, says: Self.left("watchdog")),
                    Deed(order: "sleep 1; killall -STOP qemu-ga", says: Self.repaired("hung", "destroy-start")),
                ], acts: 1),
            Case(
                name: "backed-up", watchdog: "pause", before: { try await $0.host.beginBackup("backed-up") },
                deeds: [
                    Deed(
                        order: Self.bite, says: [["outcome=held", "backup", "under way"]],
                        then: { try await $0.host.virsh("domjobabort", "--domain", "backed-up") }),
                    Deed(order: "", says: Self.repaired("watchdog", "destroy-start")),
                ], acts: 1),
        ])
    }

    private func play(_ cases: [Case]) async throws {
        let scene = try await Scenario()
        try scene.configure(
            mode: "auto", policies: Self.policies,
            sampling: "interval: 500ms, monitor_interval: 1s, deadline: 2s, guest_agent: true, slow_interval: 1s")
        try await defineTroubled(scene)
        let kernel = try await GuestKernel.make()
        for one in cases {
            try await scene.host.defineGuest(one.name, kernel, onCrash: one.onCrash, watchdog: one.watchdog)
            try await scene.host.start(one.name, booted: false)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        try await trouble(scene, agent, port)
        for one in cases {
            try await waitUntil("\(one.name) has booted", within: .seconds(120)) {
                try await scene.host.virsh("dumpxml", one.name).contains("state='connected'")
            }
            try await one.before?(scene)
            try await scene.host.tellGuest(one.name, to: one.deeds[0].order)
        }
        for one in cases {
            for (number, deed) in one.deeds.enumerated() {
                if number > 0, !deed.order.isEmpty { try await scene.host.tellGuest(one.name, to: deed.order) }
                for parts in deed.says { try await wait(for: parts, of: one.name, agent) }
                try await deed.then?(scene)
            }
            #expect(try await scene.host.state(of: one.name) == one.state, "\(one.name)")
            let acted = agent.lines("decision", "outcome=acted", "domain=\(one.name) ")
            let failed = agent.lines("decision", "outcome=failed", "domain=\(one.name) ")
            #expect(acted.count == one.acts + failed.count, "\(one.name): \(acted) \(failed)")
        }
        // libvirt kills what does not end by itself after 15 s.
        for parts in Self.repaired("monitor-hung", "destroy-start") {
            try await wait(for: parts, of: "stopped", agent, within: .seconds(90))
        }
        #expect(await scene.stop(agent) == .exited(0))
    }

    /// A domain that will be stopped, and one with a disk in a pool that is not active.
    private func defineTroubled(_ scene: Scenario) async throws {
        let folder = try scene.host.makeFolder("pool")
        try await run("truncate", ["-s", "1M", "\(folder)/disk"])
        try await run("chmod", ["666", "\(folder)/disk"])
        let disk =
            "<disk type='file' device='disk'><source file='\(folder)/disk'/><target dev='vdb' bus='virtio'/></disk>"
        try await scene.host.define("pooled", extraDevices: disk)
        try await scene.host.define("stopped")
        for name in ["pooled", "stopped"] { try await scene.host.start(name, booted: false) }
        let pool = """
            <pool type='fs'><name>fast</name><source><device path='/dev/none'/></source>
            <target><path>\(folder)</path></target></pool>
            """
        try await scene.host.virsh("pool-define", scene.host.directory.write("pool.xml", pool.utf8))
    }

    /// A hypervisor that is stopped holds up nobody: another domain's repair waits for its pool, and goes on without.
    private func trouble(_ scene: Scenario, _ agent: ChildProcess, _ port: UInt16) async throws {
        // All the guests boot at this time.
        for series in [
            #"libvirt_domain_state{domain="stopped",state="running"} 1"#,
            #"libvirt_storage_pool_state{storage_pool="fast"} 0"#,
        ] {
            try await scene.wait(port, for: series, within: Self.patience)
        }
        try scene.host.kill("stopped", SIGSTOP)
        try scene.host.kill("pooled")
        try await wait(for: ["outcome=held", "pool fast is not active"], of: "pooled", agent)
        #expect(agent.lines("decision", "domain=pooled ").count == 1)
        try await scene.host.virsh("pool-undefine", "fast")
        for parts in Self.repaired("hypervisor-crash", "start") { try await wait(for: parts, of: "pooled", agent) }
    }

    private func wait(
        for parts: [String], of name: String, _ agent: ChildProcess, within limit: Duration = GuestRepairTests.patience
    ) async throws {
        do {
            try await waitUntil("\(name): \(parts)", within: limit) {
                agent.lines("decision", "domain=\(name) ").contains { line in parts.allSatisfy(line.contains) }
            }
        } catch {
            throw HostError("\(error); it says of it \(agent.lines("domain=\(name) ").suffix(20))")
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `a full file system pauses a guest, and it goes on once there is room`()
        async throws
    {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policies)
        let small = try scene.host.makeFolder("small")
        let mount = try ChildProcess("sh", ["-c", Self.mounting, "mount", small])
        try await waitUntil("it is mounted") { access("\(small)/disk", W_OK) == 0 }
        try await scene.host.defineGuest("web", try await GuestKernel.make(), diskFile: "\(small)/disk")
        try await scene.host.start("web", booted: false)
        let agent = try scene.serve()
        _ = try await agent.port()
        try await waitUntil("it has booted", within: Self.patience) {
            try await scene.host.virsh("dumpxml", "web").contains("state='connected'")
        }
        try await scene.host.tellGuest("web", to: "dd if=/dev/zero of=/srv/fill bs=64k; sync")
        try await waitUntil("it waits for room", within: Self.patience) {
            !agent.lines("decision", "outcome=held", "cause=io-error", "no space is left in \(small)").isEmpty
        }
        #expect(agent.lines("decision", "domain=web").count == 1)
        // The next agent knows that it waits.
        agent.signal(SIGKILL)
        _ = await agent.end()
        let next = try scene.serve()
        try await waitUntil("the next one waits, too", within: Self.patience) {
            !next.lines("decision", "outcome=held", "cause=io-error", "no space is left in \(small)").isEmpty
        }
        #expect(try await scene.host.state(of: "web") == "paused")
        try await run("mount", ["-o", "remount,size=64m", small])
        try await waitUntil("it goes on, and lasts", within: Self.patience) {
            !next.lines("decision", "outcome=succeeded", "cause=io-error", "action=resume").isEmpty
        }
        #expect(try await scene.host.state(of: "web") == "running")
        #expect(next.lines("decision", "domain=web").count == 3)
        try await scene.host.virsh("destroy", "web")
        await mount.stop()
        #expect(await scene.stop(next) == .exited(0))
    }

    @Test(.enabled(if: geteuid() == 0)) func `a dump for which there is no room is left out, and the restart goes on`()
        async throws
    {
        let scene = try await Scenario()
        let small = try scene.host.makeFolder("small")
        let mount = try ChildProcess("sh", ["-c", Self.mounting, "mount", small])
        try await waitUntil("it is mounted") { access("\(small)/disk", W_OK) == 0 }
        let evidence = "evidence: {directory: \(small), core_dump: {causes: [panic], keep_free: 0}}"
        try scene.configure(mode: "auto", policies: Scenario.policies + "\n      \(evidence)")
        try await scene.host.define("web", .obedient)
        try await scene.host.start("web")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        try await scene.host.tell("web", to: .panic)
        for parts in Self.repaired("panic", "destroy-start") { try await wait(for: parts, of: "web", agent) }
        let journal = try DatabaseHandle(path: "\(scene.directory.path)/state/remediation.db")
        let result = try journal.query("SELECT result FROM attempts").first?.first?.text ?? ""
        #expect(
            result.hasPrefix("done; no core dump: \(small) has ") && result.hasSuffix(" 16777216 are needed"),
            "\(result)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: small) == ["disk"])
        await mount.stop()
        #expect(await scene.stop(agent) == .exited(0))
    }

    /// A file system with room for a part of the disk, until it is told to end, or who started it has ended.
    private static let mounting = """
        parent=$PPID
        mount -t tmpfs -o size=1m,mode=777 small "$1" || exit 1
        trap 'umount -l "$1"; exit 0' TERM
        truncate -s 8M "$1/disk" && chmod 666 "$1/disk"
        while kill -0 $parent 2>/dev/null; do sleep 0.2; done
        umount -l "$1"
        """

    @Test func `signals to QEMU: a kill is repaired, an end is not, and a hang holds up nobody`() async throws {
        let scene = try await Scenario()
        // A QEMU that ends while it is asked something leaves libvirt with an error, and its last words unread: a crash to
        // all who ask libvirt. So the monitors are asked seldom here, and one is ended when that is just over.
        let sampling = "interval: 500ms, monitor_interval: 20s, deadline: 2s"
        try scene.configure(mode: "auto", policies: Self.policies, sampling: sampling)
        for name in ["killed", "ended", "stopped"] {
            try await scene.host.define(name)
            try await scene.host.start(name, booted: false)
        }
        let agent = try scene.serve()
        let port = try await agent.port()
        for name in ["killed", "ended", "stopped"] {
            try await scene.wait(port, for: "libvirt_domain_block_stats_read_bytes_total{domain=\"\(name)\"")
        }
        try scene.host.kill("ended", SIGTERM)
        do {
            try await waitUntil("the end is left", within: Self.patience) {
                !agent.lines("decision", "outcome=left-alone", "domain=ended", "cause=host-signal").isEmpty
            }
        } catch {
            throw HostError("\(error); it says \(agent.lines("domain=ended"))")
        }
        try scene.host.kill("stopped", SIGSTOP)
        try await scene.wait(port, for: #"libvirt_domain_timed_out{domain="stopped"} 1"#, within: Self.patience)
        try scene.host.kill("killed", SIGKILL)
        try await waitUntil("the kill is repaired", within: Self.patience) {
            !agent.lines("decision", "outcome=succeeded", "domain=killed", "cause=hypervisor-crash").isEmpty
        }
        #expect(try await scene.host.state(of: "ended") == "shut off")
        #expect(agent.lines("decision", "outcome=acted", "domain=stopped").isEmpty)
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `libvirtd is restarted in the middle of a repair, which is done once`() async throws {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policies)
        try await scene.host.define("web")
        try await scene.host.start("web", booted: false)
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        try scene.host.kill("web")
        try await waitUntil("a step begins", within: Self.patience) {
            !agent.lines("decision", "outcome=acted").isEmpty
        }
        try await scene.host.killDaemon()
        try await scene.host.restart()
        try await waitUntil("it is repaired", within: Self.patience) {
            try await scene.host.state(of: "web") == "running"
                && agent.lines("decision").last.map { $0.contains("succeeded") || $0.contains("left-alone") } == true
        }
        #expect(await scene.stop(agent) == .exited(0))
    }

    @Test func `the program is killed between power-off and start of its own, and the next one starts the domain`()
        async throws
    {
        let scene = try await Scenario()
        try scene.configure(mode: "auto", policies: Self.policies)
        try await scene.host.define("web", .obedient)
        try await scene.host.start("web")
        let agent = try scene.serve()
        let port = try await agent.port()
        try await scene.wait(port, for: #"libvirt_domain_state{domain="web",state="running"} 1"#)
        try await scene.host.tell("web", to: .panic)
        try await waitUntil("it begins", within: Self.patience) {
            !agent.lines("outcome=acted", "action=destroy-start").isEmpty
        }
        // Its power-off is under way.
        try await waitUntil("power-off", within: Self.patience) { try await scene.host.state(of: "web") != "crashed" }
        agent.signal(SIGKILL)
        _ = await agent.end()
        // On a host that was slow to tell, its start was over, too, and there is nothing left to say.
        let journal = try DatabaseHandle(path: "\(scene.directory.path)/state/remediation.db")
        let wasCut = try journal.query("SELECT 1 FROM attempts WHERE result IS NULL").isEmpty == false
        let next = try scene.serve()
        try await waitUntil("it runs", within: Self.patience) { try await scene.host.state(of: "web") == "running" }
        if wasCut {
            try await waitUntil("it is said", within: Self.patience) { !next.lines("decision", "domain=web").isEmpty }
        }
        #expect(await scene.stop(next) == .exited(0))
    }
}
