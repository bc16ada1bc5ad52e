// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// A real Linux in a domain, from its first agent's greeting to its end.
@Suite(.serialized, .timeLimit(.minutes(3))) struct GuestTests {
    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()

    private func watch(_ uri: String, asksGuests: Bool) -> HostWatch {
        HostWatch(
            .init(
                name: "local", uri: uri,
                sampling: SamplingPlan(interval: .milliseconds(200), slowInterval: .milliseconds(500)),
                deadline: .milliseconds(300), asksGuests: asksGuests),
            board: board, log: lines.logger(), listener: listening)
    }

    private func heard(_ kind: String, _ detail: String) -> Int {
        listening.all.events.count { $0.kind == kind && $0.detail == detail }
    }

    @Test func `a guest tells what its agent knows, and each way to end`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.defineGuest("web", GuestKernel.make())
        let host = watch(daemon.uri, asksGuests: true)
        await host.start()
        try await waitUntil("the domain is known") { board.has(#"domain="web",state="shutoff"} 1"#) }
        #expect(!board.has("libvirt_domain_guest_agent_up"))
        try await daemon.start("web", booted: false)
        try await waitUntil("the agent is not there yet") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 0"#)
        }
        try await showsWhatItKnows()
        try await isNotHeardWithoutLibvirt(daemon)
        try await fallsSilent(daemon)
        try await hangs(daemon)
        try await resetsByWatchdog(daemon)
        try await panics(daemon)
        try await daemon.virsh("destroy", "web")
        try await waitUntil("no agent is left", within: .seconds(30)) { !board.has("libvirt_domain_guest_agent_up") }
        try await powersOff(daemon)
        await host.stop()
        await daemon.stop()
    }

    private func isNotHeardWithoutLibvirt(_ daemon: PrivateLibvirtd) async throws {
        try await daemon.killDaemon()
        try await waitUntil("libvirt is down") { board.has("libvirt_up 0") }
        #expect(!board.has("libvirt_domain_guest_"))
        try await daemon.restart()
        try await waitUntil("the agent is up again", within: .seconds(60)) {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#) && board.has("libvirt_domain_guest_info{")
        }
    }

    private func showsWhatItKnows() async throws {
        try await waitUntil("the agent is up", within: .seconds(60)) {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#)
        }
        try await waitUntil("its event is passed on") { heard("agent_lifecycle", "connected") == 1 }
        try await waitUntil("the agent has been asked") { board.has("libvirt_domain_guest_info{") }
        let info = board.lines.first { $0.hasPrefix("libvirt_domain_guest_info{") } ?? ""
        for part in [
            #"hostname="\#(GuestKernel.hostname)""#, #"os_id="guest""#, #"os_name="\#(GuestKernel.osName) 7""#,
            #"os_version="7""#, #"timezone="UTC""#, "kernel_release=",
        ] {
            #expect(info.contains(part), "\(part) in \(info)")
        }
        #expect(board.value(#"libvirt_domain_guest_users{domain="web"}"#) == 1)
        let size = board.lines.first { $0.hasPrefix("libvirt_domain_guest_filesystem_size_bytes{") } ?? ""
        #expect(size.contains(#"mountpoint="/srv""#) && size.contains(#"device="vda""#))
        #expect(size.split(separator: " ").last.flatMap { Double($0) } ?? 0 > 4e6)
        #expect(board.has("libvirt_domain_guest_filesystem_used_bytes{"))
        try await waitUntil("the balloon reports") {
            ["unused", "available", "usable"].allSatisfy {
                board.value(#"libvirt_domain_memory_stats_\#($0)_bytes{domain="web"}"#) ?? 0 > 1e6
            }
        }
    }

    private func fallsSilent(_ daemon: PrivateLibvirtd) async throws {
        // Until a key is pressed: a guest's own clock may be wrong by far while it is emulated.
        try await daemon.tellGuest(
            "web", to: "p=$(pidof qemu-ga); sleep 1; kill -STOP $p; read key </dev/tty1; kill -CONT $p")
        try await waitUntil("the agent does not answer") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 0"#)
        }
        #expect(!board.has("libvirt_domain_guest_info{") && !board.has("libvirt_domain_guest_users{"))
        // The one of the start.
        #expect(heard("agent_lifecycle", "disconnected") == 1)
        // libvirt's own patience with an agent is at least a second, longer than ours here.
        try await waitUntil("the call is given up") {
            board.value("virtwarden_monitor_calls_overdue_total") ?? 0 >= 1
        }
        try await daemon.virsh("send-key", "web", "KEY_ENTER")
        try await waitUntil("the agent answers again") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#) && board.has("libvirt_domain_guest_info{")
        }
    }

    private func hangs(_ daemon: PrivateLibvirtd) async throws {
        try daemon.kill("web", SIGSTOP)
        try await waitUntil("nothing is said of the guest") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 0"#) && !board.has("libvirt_domain_guest_info{")
        }
        try daemon.kill("web", SIGCONT)
        try await waitUntil("the agent answers again") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#) && board.has("libvirt_domain_guest_info{")
        }
        try await daemon.virsh("suspend", "web")
        try await waitUntil("what a paused guest said is left out") {
            board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#) && !board.has("libvirt_domain_guest_info{")
        }
        try await daemon.virsh("resume", "web")
    }

    private func resetsByWatchdog(_ daemon: PrivateLibvirtd) async throws {
        try await daemon.tellGuest("web", to: "exec 3>/dev/watchdog; sleep 600")
        try await waitUntil("the watchdog has bitten", within: .seconds(30)) { heard("watchdog", "reset") == 1 }
        try await waitUntil("the guest has started anew", within: .seconds(60)) {
            heard("reboot", "reboot") > 0 && heard("agent_lifecycle", "connected") == 2
        }
        #expect(heard("agent_lifecycle", "disconnected") >= 2)
        #expect(board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#))
    }

    private func panics(_ daemon: PrivateLibvirtd) async throws {
        try await daemon.tellGuest("web", to: "sleep 1; echo c >/proc/sysrq-trigger")
        try await waitUntil("the panic is heard", within: .seconds(120)) { heard("lifecycle", "crashed_panicked") == 1 }
        try await waitUntil("the state says so") {
            board.has(#"libvirt_domain_state{domain="web",state="crashed"} 1"#)
        }
        try await waitUntil("its agent is not up") { board.has(#"libvirt_domain_guest_agent_up{domain="web"} 0"#) }
    }

    private func powersOff(_ daemon: PrivateLibvirtd) async throws {
        try await daemon.start("web", booted: false)
        try await waitUntil("the agent is up again", within: .seconds(60)) {
            heard("agent_lifecycle", "connected") == 3
        }
        try await daemon.tellGuest("web", to: "sleep 1; poweroff -f")
        try await waitUntil("the end is heard", within: .seconds(30)) { heard("lifecycle", "stopped_shutdown") == 1 }
        #expect(heard("lifecycle", "shutdown_guest") == 1)
        try await waitUntil("the state says so") { board.has(#"libvirt_domain_state{domain="web",state="shutoff"} 1"#) }
    }
}
