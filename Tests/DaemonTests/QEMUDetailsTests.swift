// SPDX-License-Identifier: Apache-2.0
import Daemon
import Glibc
import Libvirt
import Sampling
import SeriesStore
import Synchronization
import TestHosts
import Testing
import Vocabulary

/// Single calls about domains of a real QEMU: what they tell, and which of them hang with it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct QEMUDetailsTests {
    @Test func `a domain at rest tells its counts, and no jobs`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let off = try await connection.lines("web")
        #expect(off.contains(#"libvirt_domain_snapshots{domain="web"} 0.0"#))
        #expect(!off.contains { $0.hasPrefix("libvirt_domain_block_error") })
        try await daemon.start("web", booted: false)
        let on = try await connection.lines("web")
        #expect(on.contains(#"libvirt_domain_checkpoints{domain="web"} 0.0"#))
        #expect(on.contains(#"libvirt_domain_block_error{domain="web", reason="no_space", target_device="vda"} 0.0"#))
        #expect(on.contains { $0.hasPrefix(#"libvirt_domain_vcpu_cpu{domain="web", vcpu="0"} "#) })
        #expect(!on.contains { $0.contains("_job_") || $0.contains("_limit_") })
        try await daemon.virsh("blkdeviotune", "web", "vda", "--total-bytes-sec", "1000000")
        // What libvirt did not do itself, it calls tainting.
        try await daemon.virsh("qemu-monitor-command", "web", "--hmp", "info status")
        let limited = try await connection.lines("web")
        #expect(
            limited.contains(
                #"libvirt_domain_block_limit_bytes_per_second"#
                    + #"{burst="false", direction="total", domain="web", target_device="vda"} 1000000.0"#))
        #expect(limited.count { $0.hasPrefix("libvirt_domain_block_limit_") } == 1)
        #expect(limited.contains { $0.hasPrefix("libvirt_domain_message_info{") && $0.contains(#"kind="tainting""#) })
        try await daemon.virsh("snapshot-create-as", "web", "one", "--disk-only")
        #expect(try await connection.lines("web").contains(#"libvirt_domain_snapshots{domain="web"} 1.0"#))
        await connection.close()
        await daemon.stop()
    }

    @Test(arguments: DomainCall.allCases.filter(\.reachesMonitor))
    func `calls said to reach the monitor wait for it, and the others do not`(call: DomainCall) async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        try await daemon.start("web", booted: false)
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let uuid = try #require(try await connection.domains().first).uuid
        try daemon.kill("web", SIGSTOP)
        // This one certainly asks the monitor, and holds the domain's job while it waits.
        let holder = try await Call(daemon, .diskErrors, uuid)
        try await waitUntil("the monitor is busy") { try await connection.control(of: uuid).isBusy }
        let waiting = try await Call(daemon, call, uuid)
        let others = Set(DomainCall.allCases).filter { !$0.reachesMonitor }
        let free = try await Call(daemon, others, uuid)
        try await waitUntil("the others are answered", within: .seconds(10)) { free.hasReturned }
        #expect(!waiting.hasReturned && !holder.hasReturned)
        try daemon.kill("web", SIGCONT)
        try await waitUntil("all are answered") { waiting.hasReturned && holder.hasReturned }
        await connection.close()
        await daemon.stop()
    }

    @Test func `a backup shows how far it is, on the domain and on its disk`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        try await daemon.start("web", booted: false)
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let stream = try await connection.subscribe(buffer: 64)
        // In pull mode it lasts until it is ended, and has then completed.
        let path = daemon.directory.path
        let backup = """
            <domainbackup mode='pull'><server transport='unix' socket='\(path)/s/backup'/>
            <disks><disk name='vda' backup='yes' type='file'><scratch file='\(path)/disks/scratch'/></disk></disks>
            </domainbackup>
            """
        try await daemon.virsh("backup-begin", "web", daemon.directory.write("backup.xml", backup.utf8))
        let during = try await connection.lines("web")
        #expect(during.contains(#"libvirt_domain_job_operation_code{domain="web"} 9.0"#))
        #expect(during.contains { $0.hasPrefix("libvirt_domain_job_info_time_elapsed_seconds{") })
        #expect(during.contains(#"libvirt_domain_block_job_type_code{domain="web", target_device="vda"} 5.0"#))
        try await daemon.virsh("domjobabort", "web")
        try await waitUntil("the job has ended") {
            try await !connection.lines("web").contains { $0.hasPrefix("libvirt_domain_job_") }
        }
        #expect(
            try await connection.lines("web").contains(
                #"libvirt_domain_completed_job_operation_code{domain="web"} 9.0"#))
        try await daemon.virsh("dump", "web", "\(path)/disks/dump", "--live")
        let uuid = try #require(try await connection.domains().first).uuid
        let dump = await connection.details(of: uuid, calls: [.completedJob], refused: []).details.completedJob
        #expect(dump?.isRunning == false && dump?.figures[.operation] == 8)
        #expect(dump?.figures[.memoryTotal] ?? 0 >= 16 << 20)
        try await daemon.virsh("managedsave", "web")
        var completed: [String] = []
        for await event in stream.events {
            if event.kindName == "job_completed" { completed.append(event.detailName) }
            if event.detailName == "stopped_saved" { break }
        }
        #expect(completed == ["backup_completed", "dump_completed", "save_completed"])
        await connection.close()
        await daemon.stop()
    }
}

/// A real guest whose disk is full when it first writes.
@Suite(.serialized, .timeLimit(.minutes(2))) struct FullDiskTests {
    private let board = Board(store: Store())

    private func error(_ value: Int) -> String {
        #"libvirt_domain_block_error{domain="web", reason="no_space", target_device="vda"} \#(value).0"#
    }

    private func plan(_ daemon: PrivateLibvirtd, asksGuests: Bool) -> HostWatch.Plan {
        .init(
            name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: .milliseconds(100)), asksGuests: asksGuests
        )
    }

    @Test func `a full disk is told as long as it is, and an agent that was there before is found`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let kernel = try await GuestKernel.make()
        let disk = try await daemon.serveFullDisk()
        try await daemon.defineGuest("web", kernel, diskSocket: disk.socket)
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let stream = try await connection.subscribe(buffer: 64)
        try await daemon.start("web", booted: false)
        for await event in stream.events where event.kindName == "io_error" {
            #expect(event.detailName == "pause" && event.note == "enospc")
            break
        }
        try await waitUntil("the domain is paused") { try await daemon.state(of: "web") == "paused" }
        #expect(try await connection.lines("web").contains(error(1)))
        try await daemon.virsh("resume", "web")
        try await waitUntil("the error is over") { try await connection.lines("web").contains(error(0)) }
        try await waitUntil("the guest has booted", within: .seconds(60)) {
            try await daemon.virsh("dumpxml", "web").contains("state='connected'")
        }
        let host = HostWatch(
            plan(daemon, asksGuests: false), board: board, log: Lines().logger(), listener: Listening())
        await host.start()
        try await waitUntil("its agent is up") { board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#) }
        try await waitUntil("some rounds have passed") { board.samples("web") > 0 }
        // Nobody has allowed to ask it.
        #expect(!board.has("libvirt_domain_guest_info"))
        await host.adjust(plan(daemon, asksGuests: true))
        try await waitUntil("it is asked") { board.has("libvirt_domain_guest_info{") }
        await host.adjust(plan(daemon, asksGuests: false))
        #expect(!board.has("libvirt_domain_guest_info{"))
        #expect(board.has(#"libvirt_domain_guest_agent_up{domain="web"} 1"#))
        await host.stop()
        await connection.close()
        await daemon.stop()
        _ = await disk.server.end()
    }
}

extension Connection {
    /// What the collectors make of the answers about a domain, one line a series.
    fileprivate func lines(_ name: String) async throws -> [String] {
        let domain = try #require(try domains().first { $0.name == name })
        let answer = details(of: domain.uuid, calls: Set(DomainCall.allCases), disks: ["vda"], refused: [])
        var sampler = DomainSampler(domain: name, host: nil)
        var stats = DomainStats(uuid: domain.uuid, name: name)
        stats.status = domain.status
        let own = Collectors.all.filter { !($0 is InovexJobCollector || $0 is TinkoffLimitCollector) }
        let batch = sampler.batch(
            DomainReading(stats: stats, details: answer.details), collectors: own,
            at: Timestamp(milliseconds: 1))
        return zip(batch.layout.series, batch.values).map { "\($0.labels) \($1)" }
    }
}

/// One call in a connection of its own, since it may hang.
private final class Call: Sendable {
    private let returned = Mutex(false)

    var hasReturned: Bool { returned.withLock { $0 } }

    convenience init(_ daemon: PrivateLibvirtd, _ call: DomainCall, _ uuid: ObjectUUID) async throws {
        try await self.init(daemon, [call], uuid)
    }

    init(_ daemon: PrivateLibvirtd, _ calls: Set<DomainCall>, _ uuid: ObjectUUID) async throws {
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        Task {
            _ = await connection.details(of: uuid, calls: calls, disks: ["vda"], refused: [])
            self.returned.withLock { $0 = true }
            await connection.close()
        }
    }
}

extension Connection {
    /// What one domain tells.
    fileprivate func details(
        of uuid: ObjectUUID, calls: Set<DomainCall>, disks: [String] = [], interfaces: [String] = [],
        refused: Set<String>
    ) -> (details: DomainDetails, refused: Set<String>) {
        let request = DetailsRequest(uuid, calls: calls, disks: disks, interfaces: interfaces)
        let answer = details(of: [request], refused: refused)
        return (answer.details.first ?? DomainDetails(), answer.refused)
    }
}
