// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How fast each domain writes to its memory: the group `dirtyrate` of the bulk statistics.
///
/// The agent never begins a measurement, since that costs the domain: somebody else does (`virsh domdirtyrate-calc`). The
/// rate stands until the next one, however long that takes, so its time stands beside it.
public struct DirtyRateCollector: Collector {
    public static let name = "dirtyrate"
    public static let isDefault = false
    private static let rate = MetricFamily(
        "libvirt_domain_dirty_rate_bytes_per_second", .gauge,
        "Memory that the domain dirtied in the last measurement, in bytes a second.")
    private static let vcpuRate = MetricFamily(
        "libvirt_domain_vcpu_dirty_rate_bytes_per_second", .gauge,
        "Memory that the vCPU dirtied in the last measurement, in bytes a second.", labels: ["vcpu"])
    private static let start = MetricFamily(
        "libvirt_domain_dirty_rate_start_timestamp_seconds", .gauge,
        "When the last measurement began, where QEMU tells it by the host's clock, which it does since 8.2.")
    private static let period = MetricFamily(
        "libvirt_domain_dirty_rate_period_seconds", .gauge, "How long the last measurement took, in seconds.")
    public static let families = [rate, vcpuRate, start, period]

    public let needs: StatsGroups = .dirtyrate

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let dirty = reading.stats.extra?.dirtyRate, dirty.isMeasured else { return }
        writer.add(Self.rate, dirty.mebibytesPerSecond.map { Double($0) * 0x1p20 })
        writer.add(Self.start, dirty.startTimestamp.map { Double($0) })
        writer.add(Self.period, dirty.period.map { Double($0) })
        for vcpu in dirty.vcpus {
            let value = vcpu.mebibytesPerSecond.map { Double($0) * 0x1p20 }
            writer.add(Self.vcpuRate, label: "vcpu", String(vcpu.index), value)
        }
    }
}
