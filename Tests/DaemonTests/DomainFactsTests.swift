// SPDX-License-Identifier: Apache-2.0
import Daemon
import Sampling
import SeriesStore
import TestHosts
import Testing
import Vocabulary

/// What is told of domains without a call of its own.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DomainFactsTests {
    private let board = Board(store: Store())

    private func watch(_ uri: String, _ choices: [String: SamplingPlan.Choice] = [:], uuid: Bool = false) -> HostWatch {
        let plan = SamplingPlan(
            interval: .milliseconds(100), slowInterval: .milliseconds(300), choices: choices, hasUUIDLabel: uuid)
        return HostWatch(
            .init(name: "local", uri: uri, sampling: plan), board: board, log: Lines().logger(), listener: Listening())
    }

    private func started(_ domain: String) -> Double? {
        board.value(#"libvirt_domain_start_time_seconds{domain="\#(domain)"}"#)
    }

    @Test func `a domain has a start time while it runs, and another after another start`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web", "db"] { try await daemon.define(name) }
        try await daemon.start("web", booted: false)
        let host = watch(daemon.uri)
        let began = Timestamp.now.seconds
        await host.start()
        try await waitUntil("it is shown") { board.value("libvirt_domains") == 2 && started("web") != nil }
        let first = try #require(started("web"))
        #expect(first >= began && first <= Timestamp.now.seconds)
        #expect(started("db") == nil)
        try await daemon.start("db", booted: false)
        try await waitUntil("the other's start is heard") { started("db") ?? 0 > first }
        #expect(started("web") == first)
        let before = Timestamp.now.seconds
        try await daemon.virsh("suspend", "web")
        try await waitUntil("a domain that is paused runs") {
            board.has(#"libvirt_domain_state{domain="web",state="paused"} 1"#)
        }
        #expect(started("web") == first)
        try await daemon.virsh("destroy", "web")
        try await waitUntil("a domain that does not run has none") { started("web") == nil }
        try await daemon.start("web", booted: false)
        try await waitUntil("it has a new one") { started("web") ?? 0 > before }
        await host.stop()
        await daemon.stop()
    }

    @Test func `what domains may use of the host moves with them from state to state`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        for name in ["web", "db"] { try await daemon.define(name) }
        let host = watch(daemon.uri)
        await host.start()
        let memory = "libvirt_allocated_memory_bytes"
        let vcpus = "libvirt_allocated_vcpus"
        try await waitUntil("both are counted") { board.value(#"\#(vcpus){state="shutoff"}"#) == 2 }
        let both = try #require(board.value(#"\#(memory){state="shutoff"}"#))
        try await daemon.start("web", booted: false)
        try await waitUntil("one is counted as running") {
            board.value(#"\#(vcpus){state="running"}"#) == 1 && board.value(#"\#(vcpus){state="shutoff"}"#) == 1
        }
        #expect(board.value(#"\#(memory){state="running"}"#) == both / 2)
        try await daemon.virsh("destroy", "web")
        // In the inactive definition only: nothing has been started.
        try await daemon.virsh("setvcpus", "web", "3", "--config", "--maximum")
        try await daemon.virsh("setvcpus", "web", "3", "--config")
        try await waitUntil("none runs, and the new definition counts") {
            !board.has(#"\#(vcpus){state="running"}"#) && board.value(#"\#(vcpus){state="shutoff"}"#) == 4
        }
        await host.stop()
        #expect(!board.has("libvirt_allocated"))
        await daemon.stop()
    }

    @Test func `names of other exporters are there for the host and its pools, too`() async throws {
        let host = watch("test:///default", ["tinkoff": .on, "vcpu_place": .on, "kumina": .on])
        await host.start()
        let pool = #"libvirt_pool_info_capacity_bytes{pool="default-pool"}"#
        try await waitUntil("pool, vCPUs and number are on the page") {
            board.value(pool) == 107_374_182_400 && board.value("libvirt_domains_number") == 1
                && board.has(#"libvirt_domain_vcpu_cpu{domain="test",vcpu="0"}"#)
        }
        await host.stop()
        #expect(!board.has("libvirt_"))
        let plain = watch("test:///default")
        await plain.start()
        try await waitUntil("the pool is on the page under its own name") {
            board.has("libvirt_storage_pool_capacity_bytes{")
        }
        #expect(!board.has("libvirt_pool_info") && !board.has("libvirt_domains_number"))
        await plain.stop()
    }

    @Test func `every series of a domain has its UUID when that is wished`() async throws {
        let host = watch("test:///default", uuid: true)
        await host.start()
        try await waitUntil("events, state and traffic are on the page") {
            ["libvirt_domain_events_total{", "libvirt_domain_state{", "libvirt_domain_info_cpu_time"].allSatisfy(
                board.has)
        }
        let lines = board.lines.filter { $0.contains(#"domain="test""#) }
        #expect(lines.count > 50 && lines.allSatisfy { $0.contains(#"uuid="6695eb01-f6a4-8304-79aa-97f2502e193f""#) })
        await host.stop()
    }

    @Test func `limits of a real disk come under Tinkoff's names`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        try await daemon.start("web", booted: false)
        try await daemon.virsh(
            "blkdeviotune", "web", "vda", "--total-bytes-sec", "1000000", "--total-bytes-sec-max", "2000000",
            "--total-bytes-sec-max-length", "60", "--size-iops-sec", "4096", "--total-iops-sec", "100")
        let host = watch(daemon.uri, ["tinkoff": .on, "tinkoff_limit": .on])
        await host.start()
        func limit(_ name: String) -> Double? {
            board.value(#"libvirt_domain_block_stats_\#(name){domain="web",target_device="vda"}"#)
        }
        let names = [
            "limit_total_bytes": 1_000_000.0, "limit_burst_total_bytes": 2_000_000,
            "limit_burst_total_bytes_length_seconds": 60, "size_iops_bytes": 4096, "limit_total_requests": 100,
            "limit_read_bytes": 0,
        ]
        try await waitUntil("the limits are on the page") { board.has("libvirt_domain_block_stats_limit_total_bytes{") }
        for (name, value) in names { #expect(limit(name) == value, "\(name)") }
        await host.stop()
        await daemon.stop()
    }
}
