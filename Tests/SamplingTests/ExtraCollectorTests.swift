// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Sampling
import Testing
import Vocabulary

@Suite struct ExtraCollectorTests {
    private func stats(_ fill: (inout ExtraStats) -> Void) -> DomainStats {
        var stats = Readings.stats()
        var extra = ExtraStats()
        fill(&extra)
        stats.extra = extra
        return stats
    }

    @Test func `perf counts events, and its clocks in seconds`() {
        let stats = stats { extra in
            var perf = PerfStats()
            perf.events = [
                PerfEvent(name: "cpu_cycles", count: 12), PerfEvent(name: "cpu_clock", count: 1_500_000_000),
            ]
            perf.cacheBytes = 65536
            perf.localBandwidth = 6
            extra.perf = perf
        }
        #expect(
            Readings.lines(PerfCollector(), stats) == [
                #"libvirt_domain_perf_events_total{domain="web1", event="cpu_cycles"} 12.0"#,
                #"libvirt_domain_perf_clock_seconds_total{domain="web1", event="cpu_clock"} 1.5"#,
                #"libvirt_domain_perf_cmt_bytes{domain="web1"} 65536.0"#,
                #"libvirt_domain_perf_mbm_bytes_per_second{domain="web1", scope="local"} 6.0"#,
            ])
    }

    @Test func `I/O threads are told apart by their id`() {
        let stats = stats { extra in
            var thread = IothreadStats(index: 7)
            thread.pollMax = 32_768
            thread.pollGrow = 0
            extra.iothreads = [thread]
        }
        #expect(
            Readings.lines(IothreadCollector(), stats) == [
                #"libvirt_domain_iothread_poll_max_seconds{domain="web1", iothread="7"} 3.2768e-05"#,
                #"libvirt_domain_iothread_poll_grow{domain="web1", iothread="7"} 0.0"#,
            ])
    }

    @Test func `resctrl monitors without an id or a figure give none`() {
        let stats = stats { extra in
            var cache = CacheMonitor(index: 0)
            cache.name = "vcpus_0"
            cache.banks = [.init(index: 0), .init(index: 1)]
            cache.banks[0].id = 3
            cache.banks[0].bytes = 4096
            cache.banks[1].bytes = 1
            var bandwidth = BandwidthMonitor(index: 0)
            bandwidth.name = "vcpus_0"
            bandwidth.nodes = [.init(index: 0)]
            bandwidth.nodes[0].id = 1
            bandwidth.nodes[0].totalBytes = 150
            extra.cacheMonitors = [cache]
            extra.bandwidthMonitors = [bandwidth]
        }
        #expect(
            Readings.lines(ResctrlCollector(), stats) == [
                #"libvirt_domain_cache_monitor_bytes{bank="3", domain="web1", monitor="vcpus_0"} 4096.0"#,
                #"libvirt_domain_memory_bandwidth_bytes_total{domain="web1", monitor="vcpus_0", node="1", "#
                    + #"scope="total"} 150.0"#,
            ])
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 2), (3, 0)] as [(UInt64, Int)])
    func `a dirty rate is shown once it was measured`(status: UInt64, count: Int) {
        let stats = stats { extra in
            var rate = DirtyRateStats()
            rate.status = status
            rate.mebibytesPerSecond = 3
            rate.vcpus = [.init(index: 1)]
            rate.vcpus[0].mebibytesPerSecond = 2
            extra.dirtyRate = rate
        }
        let lines = [
            #"libvirt_domain_dirty_rate_bytes_per_second{domain="web1"} 3145728.0"#,
            #"libvirt_domain_vcpu_dirty_rate_bytes_per_second{domain="web1", vcpu="1"} 2097152.0"#,
        ]
        #expect(Readings.lines(DirtyRateCollector(), stats) == Array(lines.prefix(count)))
    }

    @Test(arguments: [(1_700_000_000, true), (11_015, false)] as [(UInt64, Bool)])
    func `a dirty rate's time is shown where it is one of the calendar`(start: UInt64, isShown: Bool) {
        let stats = stats { extra in
            var rate = DirtyRateStats()
            (rate.status, rate.startTime, rate.period) = (2, start, 10)
            extra.dirtyRate = rate
        }
        let time = #"libvirt_domain_dirty_rate_start_timestamp_seconds{domain="web1"} 1700000000.0"#
        let period = #"libvirt_domain_dirty_rate_period_seconds{domain="web1"} 10.0"#
        #expect(Readings.lines(DirtyRateCollector(), stats) == (isShown ? [time] : []) + [period])
    }

    @Test func `the hypervisor's statistics are chosen by name, bounded, and what is left out is said`() throws {
        let stats = stats { extra in
            extra.hypervisor = [
                HypervisorStat(vcpu: nil, name: "pages_4k", kind: .current, value: 6),
                HypervisorStat(vcpu: 3, name: "halt_exits", kind: .sum, value: 9),
                HypervisorStat(vcpu: 3, name: "halt_wakeup", kind: .max, value: 8),
            ]
        }
        let lines = [
            #"libvirt_domain_hypervisor_stat{domain="web1", kind="cur", name="pages_4k"} 6.0"#,
            #"libvirt_domain_hypervisor_stat_total{domain="web1", name="halt_exits", vcpu="3"} 9.0"#,
            #"libvirt_domain_hypervisor_stat{domain="web1", kind="max", name="halt_wakeup", vcpu="3"} 8.0"#,
        ]
        func leftOut(_ count: Int) -> String {
            #"libvirt_domain_hypervisor_stats_left_out{domain="web1"} \#(count).0"#
        }
        #expect(Readings.lines(HypervisorCollector(), stats) == lines + [leftOut(0)])
        #expect(Readings.lines(HypervisorCollector(names: ["halt_*", "x"]), stats) == lines.suffix(2) + [leftOut(0)])
        let plan = SamplingPlan(interval: .seconds(10), choices: ["hypervisor": .on], hypervisorNames: ["halt_*", "x"])
        let planned = try #require(plan.groups.flatMap(\.collectors).first { $0 is HypervisorCollector })
        #expect(Readings.lines(planned, stats) == lines.suffix(2) + [leftOut(0)])
        #expect(Readings.lines(HypervisorCollector(limit: 1), stats) == lines.prefix(1) + [leftOut(2)])
        #expect(Readings.lines(HypervisorCollector(names: []), stats) == [leftOut(0)])
    }

    @Test func `a latency histogram has cumulative buckets, a count and no sum`() {
        let stats = stats { extra in
            var disk = DiskDetails(name: "vda")
            var whole = LatencyHistogram(operation: .read)
            whole.binCount = 4
            whole.bins = ([(0, 4), (10, 0), (1_500_000, 1047), (2_000_000_000, 2)] as [(UInt64, UInt64)]).enumerated()
                .map { place, pair in
                    var bin = LatencyHistogram.Bin(index: place)
                    bin.start = pair.0
                    bin.count = pair.1
                    return bin
                }
            var partial = whole
            partial.binCount = 5
            var descending = whole
            descending.bins[1].start = 0
            disk.histograms = [whole, partial, descending]
            extra.disks = [disk]
        }
        let name = "libvirt_domain_block_stats_latency_seconds"
        let labels = #"operation="read", target_device="vda"} "#
        #expect(
            Readings.lines(BlockLatencyCollector(), stats) == [
                #"\#(name)_bucket{domain="web1", le="1e-08", \#(labels)4.0"#,
                #"\#(name)_bucket{domain="web1", le="0.0015", \#(labels)4.0"#,
                #"\#(name)_bucket{domain="web1", le="2", \#(labels)1051.0"#,
                #"\#(name)_bucket{domain="web1", le="+Inf", \#(labels)1053.0"#,
                #"\#(name)_count{domain="web1", \#(labels)1053.0"#,
            ])
    }

    @Test func `latencies over the last seconds carry the window's length`() {
        let stats = stats { extra in
            var disk = DiskDetails(name: "vda")
            var window = LatencyWindow(index: 0)
            window.interval = 10
            window.latencies = [.init(.zoneAppend, .avg, nanoseconds: 2_000_000)]
            window.queueDepths = [.init(.read, requests: 1.5)]
            disk.windows = [window, LatencyWindow(index: 1)]
            extra.disks = [disk]
        }
        #expect(
            Readings.lines(BlockLatencyCollector(), stats) == [
                #"libvirt_domain_block_stats_window_latency_seconds{domain="web1", operation="zone_append", "#
                    + #"stat="avg", target_device="vda", window="10s"} 0.002"#,
                #"libvirt_domain_block_stats_window_queue_depth{domain="web1", operation="read", target_device="vda", "#
                    + #"window="10s"} 1.5"#,
            ])
    }

    @Test func `an operation that nobody asked for in a window took no time at all, not 0 seconds`() {
        let stats = stats { extra in
            var disk = DiskDetails(name: "vda")
            var window = LatencyWindow(index: 0)
            window.interval = 10
            window.latencies = [
                .init(.read, .min, nanoseconds: 0), .init(.read, .max, nanoseconds: 0),
                .init(.read, .avg, nanoseconds: 0), .init(.write, .min, nanoseconds: 0),
                .init(.write, .max, nanoseconds: 1_000_000),
            ]
            disk.windows = [window]
            extra.disks = [disk]
        }
        let name = "libvirt_domain_block_stats_window_latency_seconds"
        #expect(
            Readings.lines(BlockLatencyCollector(), stats) == [
                #"\#(name){domain="web1", operation="write", stat="min", target_device="vda", window="10s"} 0.0"#,
                #"\#(name){domain="web1", operation="write", stat="max", target_device="vda", window="10s"} 0.001"#,
            ])
    }

    @Test func `limits and errors of disks are shown where libvirt tells them`() {
        var stats = stats { extra in
            var limits = DiskLimits()
            limits.requestAlignment = 512
            limits.iovHardwareMax = 0
            var disk = DiskDetails(name: "vda")
            disk.limits = limits
            extra.disks = [disk, DiskDetails(name: "vdb")]
        }
        var disk = DiskStats(name: "vda")
        disk.errors = 3
        stats.disks = [disk]
        #expect(
            Readings.lines(BlockGeometryCollector(), stats) == [
                #"libvirt_domain_block_stats_limit_request_alignment_bytes{domain="web1", target_device="vda"} 512.0"#,
                #"libvirt_domain_block_stats_limit_iov_hw_max{domain="web1", target_device="vda"} 0.0"#,
            ])
        #expect(
            Readings.lines(BlockCollector(), stats) == [
                #"libvirt_domain_block_stats_errors_total{domain="web1", target_device="vda"} 3.0"#
            ])
    }

    @Test func `what costs more or few want has to be asked for`() {
        let optional = Collectors.all.filter { !type(of: $0).isDefault }.map { type(of: $0).name }
        for name in ["block_geometry", "dirtyrate", "hypervisor", "iothread", "perf", "resctrl"] {
            #expect(optional.contains(name))
        }
        #expect(!optional.contains("block_latency"))
    }
}
