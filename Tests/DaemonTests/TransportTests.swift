// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Sampling
import SeriesStore
import Synchronization
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

    @Test func `a host that takes the connection and says nothing is told of, tried again, and delays no other`()
        async throws
    {
        let silent = try SilentListener()
        let other = watch("test:///default", name: "other", label: "other")
        let host = watch("qemu+tcp://127.0.0.1:\(silent.port)/system", name: "silent", label: "silent")
        await host.start()
        await other.start()
        try await waitUntil("it is told of") {
            lines.all.contains { $0.contains("cannot watch silent") && $0.contains("has not answered within 5 s") }
        }
        #expect(board.value(#"libvirt_up{host="silent"}"#) == 0)
        #expect(board.value(#"libvirt_up{host="other"}"#) == 1)
        let sampled = #"virtwarden_last_success_timestamp_seconds{host="other"}"#
        let before = try #require(board.value(sampled))
        try await waitUntil("the attempt has ended, and another is made") {
            let counts = silent.counts
            return counts.ended >= 1 && counts.open >= 1
        }
        try await waitUntil("the other's rounds go on") { (board.value(sampled) ?? 0) > before }
        await host.stop()
        #expect(!board.has(#"host="silent""#))
        await other.stop()
        try await waitUntil("the attempt under way has ended, too") { silent.counts.open == 0 }
    }
}

/// Takes connections and never answers.
private final class SilentListener: Sendable {
    let port: UInt16
    private let listener: Int32
    private let taken = Mutex(Taken())

    private struct Taken {
        var open: [Int32] = []
        var ended = 0
    }

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 16) | getsockname(listener, generic, &length)
            }
        }
        guard listener >= 0, result == 0 else { throw HostError("cannot listen") }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        for descriptor in taken.withLock({ $0.open }) + [listener] { close(descriptor) }
    }

    /// How many connections there are, and how many the other side has ended.
    var counts: (open: Int, ended: Int) {
        taken.withLock { (taken: inout Taken) -> (open: Int, ended: Int) in
            while case let client = accept(listener, nil, nil), client >= 0 { taken.open.append(client) }
            var buffer = [UInt8](repeating: 0, count: 4096)
            for client in taken.open where recv(client, &buffer, buffer.count, Int32(MSG_DONTWAIT)) == 0 {
                close(client)
                taken.open.removeAll { $0 == client }
                taken.ended += 1
            }
            return (taken.open.count, taken.ended)
        }
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
