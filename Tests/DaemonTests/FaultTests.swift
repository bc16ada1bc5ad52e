// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Glibc
import Libvirt
import Remediation
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// Domains that change under the agent's hands. In each, no series may ever be there twice.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FaultTests {
    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()

    /// Watches `daemon` while `body` runs, looking all the time for series that are there twice; then asks promtool.
    private func watching(_ daemon: PrivateLibvirtd, _ body: (HostWatch) async throws -> Void) async throws {
        let host = HostWatch(
            .init(
                name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: .milliseconds(20)),
                deadline: .seconds(1)), board: board,
            log: lines.logger(), listener: listening)
        let doubles = Doubles(board)
        await host.start()
        try await body(host)
        #expect(await doubles.stop().isEmpty)
        let file = try daemon.directory.write("page.txt", board.page().bytes)
        try await run("sh", ["-c", "promtool check metrics <\"$1\"", "sh", file])
        await host.stop()
        await daemon.stop()
    }

    @Test func `a domain that is renamed goes on under its new name alone`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("old")
        try await watching(daemon) { _ in
            try await waitUntil("it is shown") { board.has(#"libvirt_domain_info{domain="old""#) }
            try await daemon.virsh("domrename", "old", "new")
            try await waitUntil("the new name is shown") { board.has(#"libvirt_domain_info{domain="new""#) }
            try await waitUntil("the old one has gone") { !board.has(#"domain="old""#) }
            #expect(board.value("libvirt_domains") == 1)
        }
    }

    @Test(arguments: [false, true])
    func `another domain takes the name`(whileAway: Bool) async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web", "a", "b", "c"] { try await daemon.define(name) }
        try await watching(daemon) { _ in
            try await waitUntil("it is shown") { board.has(#"libvirt_domain_info{domain="web""#) }
            let old = try await daemon.virsh("domuuid", "web").filter { !$0.isWhitespace }
            if whileAway {
                try await daemon.killDaemon()
                try await waitUntil("the loss is noticed") { board.value("libvirt_up") == 0 }
                // What a daemon that was away finds when it starts: the file of another domain.
                let file = "\(daemon.directory.path)/config/libvirt/qemu/web.xml"
                let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
                let next = String(old.dropLast()) + (old.hasSuffix("1") ? "2" : "1")
                try daemon.directory.write(
                    "config/libvirt/qemu/web.xml", text.replacing(old, with: next).utf8)
                try await daemon.restart()
            } else {
                try await daemon.virsh("undefine", "web")
                try await daemon.define("web")
            }
            let new = try await daemon.virsh("domuuid", "web").filter { !$0.isWhitespace }
            #expect(new != old)
            try await waitUntil("the new one is shown") {
                board.lines.contains { $0.contains(#"libvirt_domain_info{domain="web""#) && $0.contains(new) }
            }
            #expect(!board.has(old))
            #expect(board.value("libvirt_domains") == 4)
        }
    }

    @Test func `a domain that stops while a long list is taken in is not said to run again`() async throws {
        let directory = try OwnedDirectory()
        let domains = (1...500).map { number in
            """
            <domain type='test'><name>web-\(number)</name><memory>1024</memory><vcpu>1</vcpu><os><type>hvm</type></os>
            </domain>
            """
        }
        let file = try directory.write("host.xml", "<node>\(domains.joined())</node>".utf8)
        let host = HostWatch(
            .init(name: "local", uri: "test://\(file)", sampling: SamplingPlan(interval: .milliseconds(10))),
            board: board, log: lines.logger(), listener: listening)
        await host.start()
        try await waitUntil("it is connected") { await host.isUp }
        let writer = try await host.writer(for: "virDomainDestroy")
        let last = try #require(try await writer.domains().last)
        try await writer.destroy(last.uuid)
        try await waitUntil("the list is taken in", within: .seconds(60)) { !listening.all.listed.isEmpty }
        #expect(listening.all.listed.count == 500)
        #expect(listening.all.listed.first { $0.domain.name == last.name }?.status.state == "shutoff")
        #expect(!listening.all.findings.contains { $0.now?.state == "running" })
        await host.stop()
        await directory.remove()
    }

    @Test func `domains that start and are destroyed in the middle of rounds`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let names = ["a", "b", "c"]
        for name in names { try await daemon.define(name) }
        try await watching(daemon) { _ in
            for _ in 0..<3 {
                try await withThrowingTaskGroup { group in
                    for name in names {
                        group.addTask {
                            try await daemon.start(name, booted: false)
                            try await daemon.virsh("destroy", name)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await waitUntil("all are off, and none has a monitor's numbers") {
                board.lines.filter { $0.hasPrefix("libvirt_domain_state{") && $0.contains(#""shutoff"} 1"#) }.count == 3
                    && !board.has("libvirt_domain_vcpu_time_seconds_total{")
            }
            for name in names {
                try await waitUntil("each end is counted") {
                    let series =
                        #"libvirt_domain_events_total{detail="stopped_destroyed",domain="\#(name)",event="lifecycle"}"#
                    return board.value(series) == 3
                }
            }
            #expect(board.value("virtwarden_sampling_failures_total") == 0)
        }
    }

    @Test func `of twenty QEMUs five hang, and all are well again afterwards`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let names = (0..<20).map { "domain-\($0)" }
        for name in names { try await daemon.define(name) }
        try await withThrowingTaskGroup { group in
            for name in names { group.addTask { try await daemon.start(name, booted: false) } }
            try await group.waitForAll()
        }
        try await watching(daemon) { _ in
            try await waitUntil("all are sampled") { names.allSatisfy { board.samples($0) > 0 } }
            for name in names.prefix(5) { try daemon.kill(name, SIGSTOP) }
            try await waitUntil("tier 2 stops") { board.value("virtwarden_lanes_written_off") == 4 }
            let file = try daemon.directory.write("hung.txt", board.page().bytes)
            try await run("sh", ["-c", "promtool check metrics <\"$1\"", "sh", file])
            try await daemon.virsh("suspend", names[19])
            try await waitUntil("states go on") {
                board.has(#"libvirt_domain_state{domain="domain-19",state="paused"} 1"#)
            }
            #expect(board.lines.filter { $0.hasPrefix("libvirt_domain_state{") && $0.hasSuffix(" 1") }.count == 20)
            for name in names.prefix(5) { try daemon.kill(name, SIGCONT) }
            try await waitUntil("all are sampled again") {
                board.value("virtwarden_lanes_written_off") == 0 && names.allSatisfy { board.samples($0) > 0 }
                    && names.allSatisfy { board.has(#"libvirt_domain_timed_out{domain="\#($0)"} 0"#) }
            }
        }
    }

    @Test func `interfaces without a name on the host are not mixed up`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let more = "<interface type='user'><model type='virtio'/></interface>"
        try await daemon.define("web", extraDevices: more + more)
        try await daemon.start("web", booted: false)
        try await watching(daemon) { _ in
            try await waitUntil("its monitor is read") { board.samples("web") > 0 }
        }
    }
}

/// Looks at a board again and again, and keeps the names of series that were there twice at once.
private struct Doubles {
    private let looking: Task<Set<String>, Never>

    init(_ board: Board) {
        looking = Task {
            var found: Set<String> = []
            while !Task.isCancelled {
                let names = board.snapshot(at: .now).batches.flatMap { batch in
                    batch.layout.series.map { "\($0.family.name) \($0.labels)" }
                }
                let doubled = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }
                found.formUnion(doubled.keys)
                // Not to wait for anything, but to leave the processors to what is looked at.
                try? await Task.sleep(for: .milliseconds(1))
            }
            return found
        }
    }

    func stop() async -> Set<String> {
        looking.cancel()
        return await looking.value
    }
}
