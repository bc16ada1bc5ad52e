// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// One real libvirtd, watched by each way that leads to it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct TransportTests {
    enum Transport: String, CaseIterable {
        case unix, tcp, tls, ssh, libssh, libssh2
    }

    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()

    private func watch(_ uri: String, name: String = "local", label: String? = nil) -> HostWatch {
        HostWatch(
            .init(
                name: name, uri: uri, label: label, sampling: SamplingPlan(interval: .milliseconds(100)),
                deadline: .milliseconds(500)),
            board: board, log: lines.logger(), listener: listening)
    }

    @Test(arguments: Transport.allCases)
    func `is watched, lost when what carries it is killed, and found again`(transport: Transport) async throws {
        let daemon = try await PrivateLibvirtd.start(listening: true)
        let server = transport.isSSH ? try await SSHServer.start() : nil
        try await daemon.define("web")
        let host = watch(try #require(transport.uri(of: daemon, server)))
        await host.start()
        try await waitUntil("the domain is shown") {
            board.has(#"libvirt_domain_state{domain="web",state="shutoff"} 1"#)
        }
        try await daemon.start("web", booted: false)
        try await waitUntil("its start is heard") { listening.all.events.contains { $0.detail == "started_booted" } }
        try await waitUntil("its monitor is read") { board.samples("web") > 0 }
        if let server { try await server.kill() } else { try await daemon.killDaemon() }
        try await waitUntil("the host is down") { board.value("libvirt_up") == 0 }
        #expect(!board.has("libvirt_domain_state{"))
        #expect(!board.has("virtwarden_capability{"))
        if let server { try await server.start() } else { try await daemon.restart() }
        try await waitUntil("the host is up again", within: .seconds(30)) {
            board.value("libvirt_up") == 1 && board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#)
        }
        #expect(board.value("virtwarden_reconnects_total") == 1)
        try await daemon.virsh("suspend", "web")
        try await waitUntil("events come again") { listening.all.events.contains { $0.detail == "suspended_paused" } }
        await host.stop()
        await server?.stop()
        await daemon.stop()
    }

    @Test func `of two hosts one that is stopped delays the other in nothing`() async throws {
        let (one, other) = (try await PrivateLibvirtd.start(), try await PrivateLibvirtd.start())
        try await one.define("web")
        try await other.define("web")
        try await other.start("web", booted: false)
        let hosts = [watch(one.uri, name: "one", label: "one"), watch(other.uri, name: "other", label: "other")]
        for host in hosts { await host.start() }
        let sampled = "virtwarden_last_success_timestamp_seconds"
        try await waitUntil("both are sampled") {
            board.value(sampled + #"{host="one"}"#) != nil && board.value(sampled + #"{host="other"}"#) != nil
        }
        try await one.killDaemon(SIGSTOP)
        try await waitUntil("its numbers are left out") { !board.has(#"libvirt_domain_state{domain="web",host="one""#) }
        let before = (
            one: try #require(board.value(sampled + #"{host="one"}"#)),
            other: try #require(board.value(sampled + #"{host="other"}"#)),
        )
        try await waitUntil("ten rounds of the other have gone by", within: .seconds(5)) {
            board.value(sampled + #"{host="other"}"#).map { $0 > before.other + 1 } ?? false
        }
        #expect(board.value(sampled + #"{host="one"}"#) == before.one)
        try await other.virsh("suspend", "web")
        try await waitUntil("the other's event is heard", within: .seconds(2)) {
            board.has(#"libvirt_domain_state{domain="web",host="other",state="paused"} 1"#)
        }
        try await one.killDaemon(SIGKILL)
        try await waitUntil("the one is down") { board.value(#"libvirt_up{host="one"}"#) == 0 }
        #expect(board.value(#"libvirt_up{host="other"}"#) == 1)
        for host in hosts { await host.stop() }
        await one.stop()
        await other.stop()
    }
}

extension TransportTests.Transport {
    var isSSH: Bool { self == .ssh || self == .libssh || self == .libssh2 }

    func uri(of daemon: PrivateLibvirtd, _ server: SSHServer?) -> String? {
        switch self {
        case .unix: daemon.uri
        case .tcp: daemon.tcpURI
        case .tls: daemon.tlsURI
        case .ssh, .libssh, .libssh2:
            SSHServer.Client(rawValue: rawValue).flatMap { server?.uri(to: daemon.socket, by: $0) }
        }
    }
}
