// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Libvirt
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// What nobody knows any more is not shown, and what is known again is.
@Suite(.timeLimit(.minutes(3))) struct StaleFiguresTests {
    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()

    private func host(
        _ daemon: PrivateLibvirtd, monitorInterval: Duration? = nil, deadline: Duration = .milliseconds(500)
    ) -> HostWatch {
        HostWatch(
            .init(
                name: "local", uri: daemon.uri,
                sampling: SamplingPlan(
                    interval: .milliseconds(100), monitorInterval: monitorInterval, slowInterval: .milliseconds(100),
                    choices: ["snapshot": .every(.milliseconds(100))]),
                deadline: deadline),
            board: board, log: lines.logger(), listener: listening)
    }

    private func running(_ names: [String]) async throws -> PrivateLibvirtd {
        let daemon = try await PrivateLibvirtd.start()
        for name in names {
            try await daemon.define(name)
            try await daemon.start(name, booted: false)
        }
        return daemon
    }

    private let read = "libvirt_domain_block_stats_read_bytes_total"

    @Test func `a libvirtd that stands still is not up, and nothing is said of its domains`() async throws {
        let daemon = try await running(["web"])
        let host = host(daemon)
        await host.start()
        try await waitUntil("it is sampled") { board.has(#"libvirt_domains_by_state{state="running"} 1"#) }
        try await daemon.killDaemon(SIGSTOP)
        try await waitUntil("it is not up") { board.has("libvirt_up 0") }
        #expect(!board.has("libvirt_domains_by_state{") && !board.has("libvirt_domain_state{"))
        #expect(!board.has("libvirt_allocated_memory_bytes"))
        try await daemon.killDaemon(SIGCONT)
        try await waitUntil("it is up again") {
            board.has("libvirt_up 1") && board.has(#"libvirt_domains_by_state{state="running"} 1"#)
                && board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#)
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `a libvirtd that stands still for longer than the keepalive is found again`() async throws {
        let daemon = try await running(["web"])
        let host = host(daemon)
        await host.start()
        try await waitUntil("it is sampled") { board.has("libvirt_up 1") && board.samples("web") > 0 }
        try await daemon.killDaemon(SIGSTOP)
        try await waitUntil("the connection is given up", within: .seconds(60)) {
            lines.all.contains { $0.contains("lost libvirt of local") }
        }
        #expect(await host.isUp == false)
        try await daemon.killDaemon(SIGCONT)
        try await waitUntil("it is up again", within: .seconds(60)) {
            board.has("libvirt_up 1") && board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#)
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `connections for monitors and objects that end alone have others take their place`() async throws {
        let daemon = try await running(["web"])
        let (host, main) = try await startedHost(daemon)
        try await waitUntil("it is sampled") { board.samples("web", read) > 0 }
        let others = clientEnds(of: daemon.socket).filter { $0.key != main }
        #expect(!others.isEmpty)
        for end in others.values { #expect(shutdown(end, Int32(SHUT_RDWR)) == 0) }
        let then = Timestamp.now.milliseconds
        try await waitUntil("it is sampled again") { board.samples("web", read) > then + 500 }
        #expect(!lines.all.contains { $0.contains("lost libvirt") })
        await host.stop()
        await daemon.stop()
    }

    /// A host that has begun, and its main connection's inode: the first there is, if it is seen while it is the only one.
    private func startedHost(_ daemon: PrivateLibvirtd) async throws -> (HostWatch, UInt) {
        for _ in 1...50 {
            let host = host(daemon)
            await host.start()
            var ends: [UInt: Int32] = [:]
            while ends.isEmpty {
                ends = clientEnds(of: daemon.socket)
                await Task.yield()
            }
            if let main = ends.first, ends.count == 1 { return (host, main.key) }
            await host.stop()
            try await waitUntil("it has ended") { clientEnds(of: daemon.socket).isEmpty }
        }
        throw HostError("the first connection was never seen alone")
    }

    /// This process's sockets that are connected to the path, by their inodes.
    private func clientEnds(of path: String) -> [UInt: Int32] {
        var ends: [UInt: Int32] = [:]
        for descriptor in Int32(0)..<1024 {
            var address = sockaddr_un()
            var length = socklen_t(MemoryLayout<sockaddr_un>.size)
            let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
            }
            guard isNamed, address.sun_family == sa_family_t(AF_UNIX) else { continue }
            let name = withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            var facts = stat()
            if name == path, fstat(descriptor, &facts) == 0 { ends[UInt(facts.st_ino)] = descriptor }
        }
        return ends
    }

    @Test func `when no monitor can be asked any more, what single calls told is not shown either`() async throws {
        let names = (0..<6).map { "domain-\($0)" }
        let daemon = try await running(names)
        let host = host(daemon)
        await host.start()
        try await waitUntil("all have been asked") {
            names.allSatisfy { board.has(#"libvirt_domain_snapshots{domain="\#($0)"}"#) }
        }
        for name in names.prefix(5) { try daemon.kill(name, SIGSTOP) }
        try await waitUntil("no call is made any more") {
            lines.all.contains { $0.contains("4 calls into monitors of local hang") }
        }
        #expect(!board.has("libvirt_domain_snapshots{"))
        for name in names.prefix(5) { try daemon.kill(name, SIGCONT) }
        try await waitUntil("all are asked again") {
            names.allSatisfy { board.has(#"libvirt_domain_snapshots{domain="\#($0)"}"#) }
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `a domain whose monitor answers again is asked again, though the call into another still hangs`()
        async throws
    {
        let daemon = try await running(["hung", "held"])
        try daemon.kill("held", SIGSTOP)
        // Not the agent's call: another client's.
        let client = try ChildProcess("virsh", ["-q", "-c", daemon.uri, "domstats", "--block", "held"])
        try await waitUntil("the other client waits") {
            try await daemon.virsh("domcontrol", "held").contains("occupied")
        }
        try daemon.kill("hung", SIGSTOP)
        let host = host(daemon)
        await host.start()
        let hangs = { @Sendable (name: String) in board.value("libvirt_domain_timed_out{domain=\"\(name)\"}") }
        try await waitUntil("both are named") { hangs("hung") == 1 && hangs("held") == 1 }
        try daemon.kill("held", SIGCONT)
        try await waitUntil("the one is sampled") { hangs("held") == 0 && board.samples("held", read) > 0 }
        #expect(hangs("hung") == 1)
        try daemon.kill("hung", SIGCONT)
        try await waitUntil("the other is") { hangs("hung") == 0 && board.samples("hung", read) > 0 }
        _ = await client.end()
        await host.stop()
        await daemon.stop()
    }

    @Test func `a domain that stops while the monitors are asked has no figures of its last run`() async throws {
        let names = (0..<8).map { "domain-\($0)" }
        let daemon = try await running(names)
        // libvirt's calls go through the domains in one order.
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let order = try await connection.domains().map(\.name)
        await connection.close()
        let (first, last) = (try #require(order.first), try #require(order.last))
        try daemon.kill(last, SIGSTOP)
        // The monitors are asked once, and the call waits for the last.
        let host = host(daemon, monitorInterval: .seconds(3600), deadline: .seconds(60))
        await host.start()
        try await waitUntil("the call waits", within: .seconds(30)) {
            try await daemon.virsh("domcontrol", last).contains("occupied")
        }
        try await daemon.virsh("destroy", first)
        try await waitUntil("its end is known") {
            board.has("libvirt_domain_state{domain=\"\(first)\",state=\"shutoff\"} 1")
        }
        try daemon.kill(last, SIGCONT)
        try await waitUntil("the call has returned") { board.samples(last, read) > 0 }
        #expect(!board.has("\(read){domain=\"\(first)\""))
        await host.stop()
        await daemon.stop()
    }
}
