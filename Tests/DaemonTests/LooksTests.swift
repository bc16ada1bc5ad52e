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

/// What repair looks at in domains: never at the cost of libvirt, and never more certain than libvirt is.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LooksTests {
    private let board = Board(store: Store())
    private let lines = Lines()

    private func watch(_ daemon: PrivateLibvirtd, sampling interval: Duration = .milliseconds(100)) -> HostWatch {
        HostWatch(
            .init(
                name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: interval), deadline: .seconds(1)),
            board: board, log: lines.logger(), listener: Listening())
    }

    private func started(_ count: Int, on daemon: PrivateLibvirtd) async throws -> [String] {
        let names = (0..<count).map { "domain-\($0)" }
        for name in names {
            try await daemon.define(name)
            try await daemon.start(name, booted: false)
        }
        return names
    }

    /// Copies its disk, and goes on mirroring it: to say so, libvirt has to ask the monitor.
    private func copy(_ name: String, on daemon: PrivateLibvirtd) async throws {
        try await daemon.virsh(
            "blockcopy", name, "vda", "--dest", "\(daemon.directory.path)/disks/\(name).copy", "--format", "raw",
            "--transient-job")
    }

    private func identities(_ names: [String], _ host: HostWatch) async throws -> [DomainIdentity] {
        try await waitUntil("all are sampled") { names.allSatisfy { board.samples($0) > 0 } }
        var all: [DomainIdentity] = []
        for name in names { all.append(try #require(await host.identity(ofDomain: name))) }
        return all
    }

    /// The main one, one for storage, one for networks and devices, and the lanes.
    private static func limit(lanes: Int) -> Int { 3 + lanes }

    /// Connections that libvirtd has accepted.
    private func connections(of daemon: PrivateLibvirtd) throws -> Int {
        let sockets = try String(contentsOf: URL(filePath: "/proc/net/unix"), encoding: .utf8)
        // Flags 00010000 are those of the socket that listens.
        return sockets.split(separator: "\n").count {
            $0.hasSuffix(" " + daemon.socket) && !$0.contains(" 00010000 ")
        }
    }

    @Test func `looks into many QEMUs that hang hold no more than four calls, together with the sampling`() async throws
    {
        let daemon = try await PrivateLibvirtd.start()
        let names = try await started(6, on: daemon)
        let host = watch(daemon)
        await host.start()
        let domains = try await identities(names, host)
        for name in names { try await copy(name, on: daemon) }
        try await waitUntil("a copy is seen") {
            await host.facts(of: domains[5])?.circumstances.job == "block job of vda"
        }
        for name in names { try daemon.kill(name, SIGSTOP) }
        let answers = await withTaskGroup { group in
            for domain in domains { group.addTask { await host.facts(of: domain) } }
            return await group.reduce(into: [DomainFacts?]()) { $0.append($1) }
        }
        let open = try connections(of: daemon)
        #expect(open <= Self.limit(lanes: 4))
        #expect(answers.compactMap { $0?.circumstances.unanswered }.count == 6)
        try await waitUntil("the sampling hangs, too, and stops") {
            (board.value("virtwarden_lanes_written_off") ?? 0) >= 3
        }
        _ = await host.facts(of: domains[0])
        let after = try connections(of: daemon)
        #expect(after <= Self.limit(lanes: 4))
        #expect((board.value("virtwarden_lanes_written_off") ?? 0) <= 4)
        for name in names { try daemon.kill(name, SIGCONT) }
        try await waitUntil("all lanes are back, and two are kept") {
            board.value("virtwarden_lanes_written_off") == 0
                && (try? connections(of: daemon)) ?? 99 <= Self.limit(lanes: 2)
        }
        try await waitUntil("a look is answered again") {
            await host.facts(of: domains[0])?.circumstances.unanswered == nil
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `many looks at once are all answered, in few connections`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let names = try await started(2, on: daemon)
        let host = watch(daemon)
        await host.start()
        let domains = try await identities(names, host)
        let answers = await withTaskGroup { group in
            for number in 0..<20 { group.addTask { await host.facts(of: domains[number % 2]) } }
            return await group.reduce(into: [DomainFacts?]()) { $0.append($1) }
        }
        #expect(answers.count { $0 != nil } == 20)
        #expect(answers.allSatisfy { $0?.circumstances.unanswered == nil })
        try await waitUntil("two lanes are kept") {
            (try? connections(of: daemon)) ?? 99 <= Self.limit(lanes: 2)
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `while four QEMUs hang, nobody knows whether somebody works on a fifth`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let names = try await started(5, on: daemon)
        let host = watch(daemon)
        await host.start()
        let domains = try await identities(names, host)
        try await copy("domain-4", on: daemon)
        let before = await host.facts(of: domains[4])?.circumstances
        #expect(before?.job == "block job of vda" && before?.unanswered == nil)
        for name in names.prefix(4) { try daemon.kill(name, SIGSTOP) }
        try await waitUntil("no more calls are made") { board.value("virtwarden_lanes_written_off") == 4 }
        let facts = await host.facts(of: domains[4])
        #expect(facts?.circumstances.job == nil)
        #expect(facts?.circumstances.unanswered == "libvirt cannot say whether a job of the domain runs")
        #expect(facts?.circumstances.isMonitorHung == false)
        let hung = await host.facts(of: domains[0])?.circumstances
        #expect(hung?.unanswered != nil && hung?.isMonitorHung == true)
        try await daemon.virsh("destroy", "domain-4")
        #expect(await host.facts(of: domains[4])?.circumstances.unanswered == nil, "nobody works on what is off")
        for name in names.prefix(4) { try daemon.kill(name, SIGCONT) }
        await host.stop()
        await daemon.stop()
    }
}
