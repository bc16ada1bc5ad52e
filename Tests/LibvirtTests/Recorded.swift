// SPDX-License-Identifier: Apache-2.0

/// Parameter lists as libvirt sends them.
enum Recorded {
    /// libvirt 9.0 and QEMU 7.2, a running domain whose disk `vdb` stands on two images, with the flag BACKING.
    static let running: [(String, FieldValue)] = [
        ("state.state", .int(1)), ("state.reason", .int(1)), ("cpu.time", 240_000_000), ("cpu.user", 60_000_000),
        ("cpu.system", 180_000_000), ("cpu.cache.monitor.count", .unsigned(0)), ("cpu.haltpoll.success.time", 0),
        ("cpu.haltpoll.fail.time", 0), ("balloon.current", 16384), ("balloon.maximum", 16384),
        ("balloon.last-update", 0), ("balloon.rss", 41456), ("vcpu.current", .unsigned(2)),
        ("vcpu.maximum", .unsigned(2)), ("vcpu.0.state", .int(1)), ("vcpu.0.time", 0), ("vcpu.0.wait", 0),
        ("vcpu.0.delay", 983_213), ("vcpu.1.state", .int(1)), ("vcpu.1.time", 0), ("vcpu.1.wait", 0),
        ("vcpu.1.delay", 19_320_463), ("net.count", .unsigned(1)), ("block.count", .unsigned(4)),
        ("block.0.name", "vda"), ("block.0.path", "/d/a.raw"), ("block.0.backingIndex", .unsigned(2)),
        ("block.0.rd.reqs", 7), ("block.0.rd.bytes", 70), ("block.0.allocation", 0),
        ("block.0.capacity", 1_048_576), ("block.0.physical", 1_048_576), ("block.1.name", "vdb"),
        ("block.1.path", "/d/d.qcow2"), ("block.1.backingIndex", .unsigned(1)), ("block.1.rd.reqs", 9),
        ("block.1.rd.bytes", 90), ("block.1.physical", 200_704), ("block.2.name", "vdb"),
        ("block.2.path", "/d/c.qcow2"), ("block.2.backingIndex", .unsigned(3)), ("block.2.allocation", 5),
        ("block.2.capacity", 1_048_576), ("block.2.physical", 200_705), ("block.3.name", "vdb"),
        ("block.3.path", "/d/b.raw"), ("block.3.backingIndex", .unsigned(4)), ("block.3.physical", 1_048_576),
        ("iothread.count", .unsigned(2)), ("iothread.2.poll-max-ns", 32768), ("iothread.2.poll-grow", .unsigned(0)),
        ("iothread.2.poll-shrink", .unsigned(0)), ("iothread.1.poll-max-ns", 5000),
        ("iothread.1.poll-grow", .unsigned(4)), ("iothread.1.poll-shrink", .unsigned(2)),
        ("dirtyrate.calc_status", .int(2)), ("dirtyrate.calc_start_time", .long(11015)),
        ("dirtyrate.calc_period", .int(1)), ("dirtyrate.calc_mode", "dirty-ring"),
        ("dirtyrate.megabytes_per_second", .long(3)), ("dirtyrate.vcpu.0.megabytes_per_second", 1),
        ("dirtyrate.vcpu.1.megabytes_per_second", 2),
    ]

    /// Written after libvirt's documentation: groups that no emulated domain has.
    static let rare: [(String, FieldValue)] = [
        ("cpu.cache.monitor.count", .unsigned(1)), ("cpu.cache.monitor.0.name", "vcpus_0-1"),
        ("cpu.cache.monitor.0.vcpus", "0-1"), ("cpu.cache.monitor.0.bank.count", .unsigned(2)),
        ("cpu.cache.monitor.0.bank.0.id", .unsigned(0)), ("cpu.cache.monitor.0.bank.0.bytes", 4096),
        ("cpu.cache.monitor.0.bank.1.id", .unsigned(3)), ("cpu.cache.monitor.0.bank.1.bytes", 8192),
        ("memory.bandwidth.monitor.count", .unsigned(1)), ("memory.bandwidth.monitor.0.name", "vcpus_0-1"),
        ("memory.bandwidth.monitor.0.vcpus", "0-1"), ("memory.bandwidth.monitor.0.node.count", .unsigned(1)),
        ("memory.bandwidth.monitor.0.node.0.id", .unsigned(1)),
        ("memory.bandwidth.monitor.0.node.0.bytes.local", 100),
        ("memory.bandwidth.monitor.0.node.0.bytes.total", 150), ("perf.cmt", 65536), ("perf.mbmt", 7),
        ("perf.mbml", 6), ("perf.cpu_cycles", 12), ("perf.cpu_clock", 2_000_000_000), ("perf.emulation_faults", 1),
        ("vm.remote_tlb_flush.sum", 5), ("vm.pages_4k.cur", 6), ("vm.nx_lpage_splits.max", 7),
        ("vcpu.0.state", .int(1)), ("vcpu.0.halt_exits.sum", 9), ("vcpu.0.blocking.cur", .boolean(true)),
        ("vcpu.3.halt_exits.sum", 11),
    ]

    /// Written after the documentation of libvirt 12.1.
    static let disks: [(String, FieldValue)] = [
        ("block.count", .unsigned(2)), ("block.0.name", "vda"), ("block.0.errors", 3), ("block.1.name", "vdb"),
        ("block.1.limits.request_alignment", 512), ("block.1.limits.discard_max", 0),
        ("block.1.limits.discard_alignment", 1), ("block.1.limits.write_zeroes_max", 2),
        ("block.1.limits.write_zeroes_alignment", 3), ("block.1.limits.transfer_optimal", 4),
        ("block.1.limits.transfer_max", 5), ("block.1.limits.transfer_hw_max", 6), ("block.1.limits.iov_max", 7),
        ("block.1.limits.iov_hw_max", 8), ("block.1.limits.memory_alignment_minimal", 9),
        ("block.1.limits.memory_alignment_optimal", 10), ("block.1.timed_group.count", 2),
        ("block.1.timed_group.0.interval", 10), ("block.1.timed_group.0.rd_latency_min", 1000),
        ("block.1.timed_group.0.wr_latency_max", 2_000_000), ("block.1.timed_group.0.zone_append_latency_avg", 5),
        ("block.1.timed_group.0.flush_latency_avg", 6), ("block.1.timed_group.0.rd_queue_depth_avg", 1.5),
        ("block.1.timed_group.0.wr_queue_depth_avg", .fraction(.nan)), ("block.1.timed_group.1.interval", 60),
        ("block.1.timed_group.1.rd_latency_min", 900), ("block.1.latency_histogram.read.bin.count", 3),
        ("block.1.latency_histogram.read.bin.0.start", 0), ("block.1.latency_histogram.read.bin.0.value", 4),
        ("block.1.latency_histogram.read.bin.1.start", 1000), ("block.1.latency_histogram.read.bin.1.value", 1047),
        ("block.1.latency_histogram.read.bin.2.start", 1_000_000_000),
        ("block.1.latency_histogram.read.bin.2.value", 2), ("block.1.latency_histogram.flush.bin.count", 2),
        ("block.1.latency_histogram.flush.bin.0.start", 0), ("block.1.latency_histogram.flush.bin.0.value", 1),
    ]
}
