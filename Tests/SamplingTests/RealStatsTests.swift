// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import TestHosts
import Testing

/// What a real libvirtd and an emulated domain answer to the groups that few ask for.
@Suite(.timeLimit(.minutes(2))) struct RealStatsTests {
    private static let groups: StatsGroups = [
        .state, .cpuTotal, .balloon, .vcpu, .interface, .block, .perf, .iothread, .memory, .dirtyrate, .vm,
    ]
    private static let collectors: [any Collector] = [
        PerfCollector(), IothreadCollector(), ResctrlCollector(), DirtyRateCollector(), HypervisorCollector(),
        BlockLatencyCollector(),
    ]

    private func lines(_ connection: Connection) async throws -> [String] {
        let stats = try await connection.statistics(Self.groups, noWait: true)
        let found = try #require(stats.first)
        return Self.collectors.flatMap { Readings.lines($0, found) }
    }

    @Test func `I/O threads poll, a dirty rate is there once measured, and the rest needs other hosts`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web", vcpus: 2)
        for id in ["1", "4"] { try await daemon.virsh("iothreadadd", "web", id, "--config") }
        try await daemon.start("web", booted: false)
        try await daemon.virsh("iothreadset", "web", "4", "--poll-max-ns", "5000")
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let polling = [
            #"libvirt_domain_iothread_poll_grow{domain="web1", iothread="1"} 0.0"#,
            #"libvirt_domain_iothread_poll_grow{domain="web1", iothread="4"} 0.0"#,
            #"libvirt_domain_iothread_poll_max_seconds{domain="web1", iothread="1"} 3.2768e-05"#,
            #"libvirt_domain_iothread_poll_max_seconds{domain="web1", iothread="4"} 5e-06"#,
            #"libvirt_domain_iothread_poll_shrink{domain="web1", iothread="1"} 0.0"#,
            #"libvirt_domain_iothread_poll_shrink{domain="web1", iothread="4"} 0.0"#,
        ]
        // No perf event, no resctrl monitor, no KVM, no interval in the definition.
        #expect(try await lines(connection).sorted() == polling)
        try await daemon.virsh("domdirtyrate-calc", "web", "--seconds", "1")
        let rate = #"libvirt_domain_dirty_rate_bytes_per_second{domain="web1"} 0.0"#
        try await waitUntil("the dirty rate is measured") { try await lines(connection).contains(rate) }
        // QEMU tells its beginning by the calendar only since 8.2.
        let period = #"libvirt_domain_dirty_rate_period_seconds{domain="web1"} 1.0"#
        let measured = try await lines(connection).filter { !$0.contains("_start_timestamp_seconds") }
        #expect(measured.sorted() == [rate, period] + polling)
        #expect(await connection.takeUnknownFields() == [:])
        await connection.close()
        await daemon.stop()
    }
}
