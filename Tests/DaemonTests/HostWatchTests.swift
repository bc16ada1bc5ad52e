// SPDX-License-Identifier: Apache-2.0
import Daemon
import FoundationEssentials
import Glibc
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

@Suite(.serialized, .timeLimit(.minutes(2))) struct HostWatchTests {
    private let board = Board(store: Store())
    private let listening = Listening()
    private let lines = Lines()

    private func watch(_ uri: String, writes: Bool = false, refused: Set<String> = []) -> HostWatch {
        HostWatch(
            .init(
                name: "local", uri: uri, writes: writes, sampling: SamplingPlan(interval: .milliseconds(100)),
                deadline: .milliseconds(500)),
            board: board,
            log: lines.logger(), listener: listening, refused: refused)
    }

    @Test func `the test driver, which has no bulk statistics, shows numbers from single calls`() async throws {
        let host = watch("test:///default")
        await host.start()
        try await waitUntil("CPU time is on the page", within: .seconds(10)) {
            board.has("libvirt_domain_info_cpu_time_seconds_total{")
        }
        #expect(board.has(#"libvirt_domain_state{domain="test","#) || board.has(#"domain="test""#))
        #expect(board.has("libvirt_up 1"))
        await host.stop()
    }

    @Test(arguments: [
        "virConnectGetAllDomainStats", "virDomainGetInfo", "virDomainGetVcpus", "virDomainMemoryStats",
        "virDomainInterfaceStats",
    ])
    func `a driver that lacks a call shows what the others give`(call: String) async throws {
        let host = watch("test:///default", refused: [call])
        await host.start()
        let shown = [
            "virDomainGetInfo": "libvirt_domain_info_maximum_memory_bytes{",
            "virDomainGetVcpus": "libvirt_domain_vcpu_time_seconds_total{",
            "virDomainInterfaceStats": "libvirt_domain_interface_stats_receive_bytes_total{",
        ]
        // vCPUs are counted by virDomainGetInfo.
        let missing = shown.filter { $0.key == call || call == "virDomainGetInfo" && $0.key == "virDomainGetVcpus" }
        try await waitUntil("what is left is on the page", within: .seconds(10)) {
            shown.allSatisfy { missing[$0.key] != nil || board.has($0.value) }
                && board.has(#"libvirt_domain_state{domain="test",state="running"} 1"#)
        }
        for prefix in missing.values { #expect(!board.has(prefix)) }
        await host.stop()
    }

    @Test func `domains that the filter leaves out are neither shown nor heard`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web-1", "web-2", "db-1"] { try await daemon.define(name) }
        let host = HostWatch(
            .init(
                name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: .milliseconds(100)),
                filter: DomainFilter(include: ["web-*"], exclude: ["*-2"])),
            board: board, log: lines.logger(), listener: listening)
        await host.start()
        try await waitUntil("the one is shown") { board.has(#"libvirt_domain_state{domain="web-1""#) }
        try await daemon.start("db-1", booted: false)
        try await daemon.start("web-1", booted: false)
        try await waitUntil("the other's start is heard") { !listening.all.events.isEmpty }
        #expect(Set(listening.all.events.map(\.domain.name)) == ["web-1"])
        #expect(!board.has("web-2") && !board.has("db-1"))
        #expect(board.value("libvirt_domains") == 1)
        await host.stop()
        await daemon.stop()
    }

    @Test func `a domain that is undefined while it runs is transient from then on, and goes when it stops`()
        async throws
    {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web", .idle)
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("it is persistent") { board.has(#"libvirt_domain_persistent{domain="web"} 1"#) }
        try await daemon.virsh("undefine", "--domain", "web")
        try await waitUntil("it is so no more") { board.has(#"libvirt_domain_persistent{domain="web"} 0"#) }
        try await daemon.virsh("destroy", "--domain", "web")
        try await waitUntil("nothing of it is left") { !board.has(#"domain="web""#) }
        await host.stop()
        await daemon.stop()
    }

    @Test func `domains beyond the limit are left out and counted`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for number in 1...4 { try await daemon.define("web-\(number)") }
        let host = HostWatch(
            .init(
                name: "local", uri: daemon.uri, sampling: SamplingPlan(interval: .milliseconds(100)), domainLimit: 3),
            board: board, log: lines.logger(), listener: listening)
        await host.start()
        try await waitUntil("three are shown") { board.value("libvirt_domains") == 3 }
        #expect(board.value("virtwarden_domains_left_out") == 1)
        let shown = (1...4).map { "web-\($0)" }.filter { board.has("libvirt_domain_persistent{domain=\"\($0)\"}") }
        #expect(shown.count == 3)
        try await daemon.virsh("undefine", "--domain", shown[0])
        try await waitUntil("the fourth takes its place") {
            board.value("virtwarden_domains_left_out") == 0 && board.value("libvirt_domains") == 3
        }
        #expect(lines.all.filter { $0.contains("more domains than max_domains allows") }.count == 1)
        await host.stop()
        await daemon.stop()
    }

    @Test func `rounds end just before scrapes that come in a rhythm`() async throws {
        let host = HostWatch(
            .init(name: "local", uri: "test:///default", sampling: SamplingPlan(interval: .milliseconds(1500))),
            board: board, log: lines.logger(), listener: listening)
        await host.start()
        var ages: [Double] = []
        let began = ContinuousClock.now
        // Were the rounds 1.5 s apart as before, one of three would be found older. A busy machine delays some scrapes and
        // rounds, and takes longer for four that were not.
        var isInRhythm: Bool { ages.count >= 4 && ages.suffix(4).allSatisfy { $0 < 0.47 } }
        while !isInRhythm, ages.count < 40 {
            try await Task.sleep(until: began + .seconds(ages.count + 1))
            board.noteScrape(by: "prometheus")
            ages.append(board.value("virtwarden_sample_age_seconds") ?? .infinity)
        }
        #expect(isInRhythm, "\(ages)")
        await host.stop()
    }

    @Test func `a killed QEMU is told by event, state and counter`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web", .idle)
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("the domain runs on the page", within: .seconds(20)) {
            board.has(#"libvirt_domain_state{domain="web",state="running"} 1"#)
                && board.has("libvirt_domain_block_stats_read_bytes_total{")
        }
        try daemon.kill("web")
        try await waitUntil("the domain is shut off on the page", within: .seconds(20)) {
            board.has(#"libvirt_domain_state{domain="web",state="shutoff"} 1"#)
        }
        try await waitUntil("the event is passed on") {
            listening.all.events.contains { $0.kind == "lifecycle" && $0.detail == "stopped_failed" }
        }
        #expect(
            board.lines.contains {
                $0.hasPrefix("libvirt_domain_events_total") && $0.contains("stopped_failed") && $0.hasSuffix(" 1")
            })
        await host.stop()
        await daemon.stop()
    }

    @Test func `CPU time is read in every round, disks in their own time, and those of a new domain at once`()
        async throws
    {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["first", "second"] { try await daemon.define(name, .idle) }
        try await daemon.start("first", booted: false)
        let host = HostWatch(
            .init(
                name: "local", uri: daemon.uri,
                sampling: SamplingPlan(interval: .milliseconds(100), monitorInterval: .seconds(3600))),
            board: board, log: lines.logger(), listener: listening)
        await host.start()
        @Sendable func disk(_ name: String) -> Int64 {
            board.samples(name, "libvirt_domain_block_stats_read_bytes_total")
        }
        try await waitUntil("both kinds are there") { board.samples("first") > 0 && disk("first") > 0 }
        let (cpuBefore, diskBefore) = (board.samples("first"), disk("first"))
        try await waitUntil("CPU time goes on") { board.samples("first") > cpuBefore + 300 }
        #expect(disk("first") == diskBefore)
        try await daemon.start("second", booted: false)
        try await waitUntil("the new one's disk is read") { disk("second") > 0 }
        #expect(disk("first") == diskBefore)
        try daemon.kill("second")
        try await waitUntil("nothing of its inside is left") { board.samples("second") == 0 }
        await host.stop()
        await daemon.stop()
    }

    @Test func `a QEMU that hangs is named and left alone, and the others stay fresh`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["stuck", "well"] {
            try await daemon.define(name)
            try await daemon.start(name, booted: false)
        }
        let host = watch(daemon.uri)
        await host.start()
        @Sendable func cpu(_ name: String) -> Double? {
            board.value("libvirt_domain_info_cpu_time_seconds_total{domain=\"\(name)\"}")
        }
        try await waitUntil("both are sampled") { cpu("stuck") != nil && cpu("well") != nil }
        try daemon.kill("stuck", SIGSTOP)
        try await waitUntil("it is named") { board.has(#"libvirt_domain_timed_out{domain="stuck"} 1"#) }
        #expect(board.has(#"libvirt_domain_timed_out{domain="well"} 0"#))
        #expect(cpu("stuck") == nil)
        #expect(board.has(#"libvirt_domain_state{domain="stuck",state="running"} 1"#))
        let before = board.samples("well")
        try await waitUntil("the other's numbers go on") { board.samples("well") > before }
        try await waitUntil("one lane is written off") { board.value("virtwarden_lanes_written_off") == 1 }
        #expect(try await daemon.state(of: "well") == "running")
        try daemon.kill("stuck", SIGCONT)
        try await waitUntil("it is asked again") {
            cpu("stuck") != nil && board.has(#"libvirt_domain_timed_out{domain="stuck"} 0"#)
        }
        try await waitUntil("its lane is back") { board.value("virtwarden_lanes_written_off") == 0 }
        await host.stop()
        await daemon.stop()
    }

    @Test func `of many QEMUs that hang at most four hold a call, and libvirt goes on answering`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let names = (0..<8).map { "domain-\($0)" }
        for name in names {
            try await daemon.define(name)
            try await daemon.start(name, booted: false)
        }
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("all are sampled") { names.allSatisfy { board.samples($0) > 0 } }
        for name in names.prefix(7) { try daemon.kill(name, SIGSTOP) }
        try await waitUntil("tier 2 stops") { board.value("virtwarden_lanes_written_off") == 4 }
        try await waitUntil("it says so") { lines.all.contains { $0.contains("4 calls into monitors of local hang") } }
        #expect(board.has(#"libvirt_domain_state{domain="domain-7",state="running"} 1"#))
        #expect(try await daemon.state(of: "domain-7") == "running")
        #expect(board.value("virtwarden_lanes_written_off") == 4)
        for name in names.prefix(7) { try daemon.kill(name, SIGCONT) }
        try await waitUntil("all are sampled again") {
            board.value("virtwarden_lanes_written_off") == 0
                && names.allSatisfy { board.has(#"libvirt_domain_timed_out{domain="\#($0)"} 0"#) }
        }
        await host.stop()
        await daemon.stop()
    }

    @Test func `a restarted libvirtd is found again, and what happened meanwhile with it`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web", .idle)
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("the host is up", within: .seconds(20)) { board.has("libvirt_up 1") }
        try await daemon.killDaemon()
        try await waitUntil("the host is down", within: .seconds(20)) { board.has("libvirt_up 0") }
        #expect(!board.has("libvirt_domain_state{"))
        try daemon.kill("web")
        try await daemon.restart()
        try await waitUntil("the host is up again", within: .seconds(30)) {
            board.has("libvirt_up 1") && board.has(#"state="shutoff"} 1"#)
        }
        try await waitUntil("the change is passed on") { !listening.all.findings.isEmpty }
        #expect(listening.all.findings.map(\.before.state) == ["running"])
        #expect(listening.all.findings.first?.now?.state == "shutoff")
        await host.stop()
        await daemon.stop()
    }

    @Test func `a statistic that nobody knows is named once and counted`() async throws {
        let host = watch("test:///default")
        await host.start()
        for _ in 0..<2 { await host.noteUnknownFields(["net.N.novel": 3]) }
        let names = (0..<100).map { "novel.\($0)" }
        await host.noteUnknownFields(Dictionary(uniqueKeysWithValues: names.map { ($0, 1) }))
        try await waitUntil("they are counted") {
            // 64 names are told apart.
            board.value(#"virtwarden_unknown_fields_total{field="net.N.novel"}"#) == 6
                && board.value(#"virtwarden_unknown_fields_total{field="other"}"#) == 37
        }
        let said = lines.all.filter { $0.contains("a statistic that this version does not know") }
        #expect(said.count == 64)
        #expect(said.count { $0.contains("field=net.N.novel host=local") } == 1)
        await host.stop()
    }

    @Test func `a daemon that is not there is waited for and named once`() async throws {
        let host = watch("qemu+unix:///session?socket=/nowhere/libvirt-sock")
        await host.start()
        try await waitUntil("the host is down", within: .seconds(10)) { board.has("libvirt_up 0") }
        try await waitUntil("it was tried again", within: .seconds(10)) { lines.all.count >= 1 }
        #expect(lines.all.filter { $0.contains("cannot watch local") }.count == 1)
        await host.stop()
    }
}
