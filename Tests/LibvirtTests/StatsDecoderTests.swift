// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Libvirt

private func decode(_ fields: [(String, FieldValue)]) -> DomainStats {
    Parameters(fields).decode().stats
}

private let nothing = DomainStats(uuid: Parameters.uuid, name: "web")

@Suite struct StatsDecoderTests {
    @Test func `a field that was not sent is nil, not 0`() {
        let stats = decode([("cpu.time", 7), ("balloon.current", 0)])
        #expect(stats.cpu?.time == 7)
        #expect(stats.cpu?.user == nil)
        #expect(stats.balloon?.current == 0)
        #expect(stats.balloon?.unused == nil)
        #expect(stats.extra == nil)
    }

    @Test func `a sparse array of virtual CPUs keeps its numbers`() {
        let stats = decode([("vcpu.current", 2), ("vcpu.0.time", 1), ("vcpu.3.time", 4), ("vcpu.3.delay", 5)])
        #expect(stats.vcpus.map(\.index) == [0, 3])
        #expect(stats.vcpus.last?.delay == 5)
    }

    @Test func `unknown fields and absurd numbers are passed over`() {
        let stats = decode([
            ("vcpu.99999999999.time", 1), ("block.5000000.rd.reqs", 1), ("novel.thing", 1), ("net..x", 1),
        ])
        #expect(stats == nothing)
    }

    @Test func `a real list is known to the last field`() {
        let (stats, unknown) = Parameters(Recorded.running).decode()
        #expect(unknown == [:])
        #expect(stats.status == StateReading(state: .running, reason: 1))
        #expect(stats.vcpus.map(\.delay) == [983_213, 19_320_463])
        #expect(stats.interfaces.isEmpty)
        #expect(stats.extra?.cacheMonitors == [])
        #expect(stats.extra?.iothreads.map(\.index) == [2, 1])
        #expect(stats.extra?.iothreads.map(\.pollMax) == [32768, 5000])
        #expect(stats.extra?.iothreads.last?.pollShrink == 2)
        #expect(stats.extra?.dirtyRate?.isMeasured == true)
        #expect(stats.extra?.dirtyRate?.mebibytesPerSecond == 3)
        #expect(stats.extra?.dirtyRate?.startTime == 11015 && stats.extra?.dirtyRate?.period == 1)
        #expect(stats.extra?.dirtyRate?.vcpus.map(\.mebibytesPerSecond) == [1, 2])
    }

    /// The names of the bulk call's documentation that the recorded lists leave out.
    @Test(arguments: [
        "balloon.": [
            "swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "usable", "disk_caches",
            "hugetlb_pgalloc", "hugetlb_pgfail",
        ],
        "vcpu.0.": ["halted"],
        "net.0.": [
            "name", "rx.bytes", "rx.pkts", "rx.errs", "rx.drop", "tx.bytes", "tx.pkts", "tx.errs", "tx.drop",
        ],
        "block.0.": ["rd.times", "wr.reqs", "wr.bytes", "wr.times", "fl.reqs", "fl.times", "threshold"],
        "perf.": [
            "cache_misses", "cache_references", "instructions", "branch_instructions", "branch_misses", "bus_cycles",
            "stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles", "task_clock", "page_faults",
            "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj", "alignment_faults",
        ],
        "block.0.timed_group.0.": [
            "rd_latency_max", "rd_latency_avg", "wr_latency_min", "wr_latency_avg", "zone_append_latency_min",
            "zone_append_latency_max", "flush_latency_min", "flush_latency_max", "zone_append_queue_depth_avg",
        ],
        "block.0.latency_histogram.": ["write.bin.count", "zone_append.bin.0.start", "flush.bin.0.value"],
    ])
    func `every documented name is known`(group: String, names: [String]) {
        #expect(Parameters(names.map { (group + $0, 1) }).decode().unknown == [:])
    }

    @Test func `of a disk's chain the image in use is the disk`() {
        let disks = decode(Recorded.running).disks
        #expect(disks.map(\.name) == ["vda", "vdb"])
        #expect(disks.map(\.path) == ["/d/a.raw", "/d/d.qcow2"])
        #expect(disks.map(\.readBytes) == [70, 90])
        #expect(disks.map(\.physical) == [1_048_576, 200_704])
    }

    @Test func `the rare groups are decoded`() throws {
        let (stats, unknown) = Parameters(Recorded.rare).decode(keepsHypervisor: true)
        #expect(unknown == [:])
        let extra = try #require(stats.extra)
        #expect(extra.cacheMonitors.map(\.name) == ["vcpus_0-1"])
        #expect(extra.cacheMonitors[0].banks.map(\.id) == [0, 3])
        #expect(extra.cacheMonitors[0].banks.map(\.bytes) == [4096, 8192])
        #expect(extra.bandwidthMonitors[0].nodes.map(\.id) == [1])
        #expect(extra.bandwidthMonitors[0].nodes.map(\.localBytes) == [100])
        #expect(extra.bandwidthMonitors[0].nodes.map(\.totalBytes) == [150])
        #expect(extra.perf?.cacheBytes == 65536)
        #expect([extra.perf?.totalBandwidth, extra.perf?.localBandwidth] == [7, 6])
        #expect(extra.perf?.events.map(\.name) == ["cpu_cycles", "cpu_clock", "emulation_faults"])
        #expect(
            extra.hypervisor == [
                HypervisorStat(vcpu: nil, name: "remote_tlb_flush", kind: .sum, value: 5),
                HypervisorStat(vcpu: nil, name: "pages_4k", kind: .current, value: 6),
                HypervisorStat(vcpu: nil, name: "nx_lpage_splits", kind: .max, value: 7),
                HypervisorStat(vcpu: 0, name: "halt_exits", kind: .sum, value: 9),
                HypervisorStat(vcpu: 0, name: "blocking", kind: .current, value: 1),
                HypervisorStat(vcpu: 3, name: "halt_exits", kind: .sum, value: 11),
            ])
        // A vCPU of which only the hypervisor speaks is none that libvirt lists.
        #expect(stats.vcpus.map(\.index) == [0])
    }

    @Test func `the hypervisor's own statistics cost nothing when nobody wants them, and are not unknown`() {
        let (stats, unknown) = Parameters([
            ("vcpu.0.time", 1), ("vcpu.0.halt_exits.sum", 9), ("vm.a.b.cur", 1),
        ]).decode()
        #expect(stats.extra == nil)
        #expect(unknown == [:])
    }

    @Test func `what newer versions say of disks is decoded`() throws {
        let (stats, unknown) = Parameters(Recorded.disks).decode()
        #expect(unknown == [:])
        #expect(stats.disks.map(\.errors) == [3, nil])
        let extra = try #require(stats.extra)
        #expect(extra.disks.map(\.name) == ["vdb"])
        let limits = try #require(extra.disks[0].limits)
        #expect(
            [
                limits.requestAlignment, limits.discardMax, limits.discardAlignment, limits.writeZeroesMax,
                limits.writeZeroesAlignment, limits.transferOptimal, limits.transferMax, limits.transferHardwareMax,
                limits.iovMax, limits.iovHardwareMax, limits.memoryAlignmentMinimal, limits.memoryAlignmentOptimal,
            ] == [512, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        let windows = extra.disks[0].windows
        #expect(windows.map(\.interval) == [10, 60])
        #expect(
            windows[0].latencies == [
                .init(.read, .min, nanoseconds: 1000), .init(.write, .max, nanoseconds: 2_000_000),
                .init(.zoneAppend, .avg, nanoseconds: 5), .init(.flush, .avg, nanoseconds: 6),
            ])
        // What is no number is not reported.
        #expect(windows[0].queueDepths == [.init(.read, requests: 1.5)])
        let histograms = extra.disks[0].histograms
        #expect(histograms.map(\.operation) == [.read, .flush])
        #expect(histograms[0].bins.map(\.start) == [0, 1000, 1_000_000_000])
        #expect(histograms[0].bins.map(\.count) == [4, 1047, 2])
        // One of two bins is missing.
        #expect(histograms.map(\.isWhole) == [true, false])
    }

    @Test func `unknown fields are counted by name, with numbers folded, up to a bound`() {
        let (_, unknown) = Parameters([
            ("net.0.rx.novel", 1), ("net.17.rx.novel", 1), ("block.0.name", "vda"), ("block.0.limits.novel", 1),
            ("novel", 1), ("vcpu.0.novel", 1), ("vm.novel", 1),
        ]).decode()
        #expect(
            unknown == [
                "net.N.rx.novel": 2, "block.N.limits.novel": 1, "novel": 1, "vcpu.N.novel": 1, "vm.novel": 1,
            ])
        let letters = (0..<100).map { String($0, radix: 8).utf8.map { String(UnicodeScalar($0 + 49)) }.joined() }
        let many = Parameters(letters.map { ("novel." + $0, 1) }).decode().unknown
        #expect(many.count == UnknownFields.limit + 1)
        #expect(many["other"] == 100 - UnknownFields.limit)
    }

    @Test func `an unknown field is counted from the last time it was asked for`() {
        var memory = UnknownFields()
        let field = Array("a.12.b".utf8)
        for _ in 0..<2 {
            field.withUnsafeBufferPointer { memory.note($0) }
            #expect(memory.take() == ["a.N.b": 1])
            #expect(memory.take() == [:])
        }
    }
}
