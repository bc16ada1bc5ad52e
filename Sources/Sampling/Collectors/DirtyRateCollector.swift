// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// How fast each domain writes to its memory: the group `dirtyrate` of the bulk statistics.
///
/// The agent never begins a measurement, since that costs the domain: somebody else does (`virsh domdirtyrate-calc`).
public struct DirtyRateCollector: Collector {
    public static let name = "dirtyrate"
    public static let isDefault = false
    private static let rate = MetricFamily(
        "libvirt_domain_dirty_rate_bytes_per_second", .gauge,
        "Memory that the domain dirtied in the last measurement, in bytes a second.")
    private static let vcpuRate = MetricFamily(
        "libvirt_domain_vcpu_dirty_rate_bytes_per_second", .gauge,
        "Memory that the vCPU dirtied in the last measurement, in bytes a second.", labels: ["vcpu"])
    public static let families = [rate, vcpuRate]

    public let needs: StatsGroups = .dirtyrate

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let dirty = reading.stats.extra?.dirtyRate, dirty.isMeasured else { return }
        writer.add(Self.rate, dirty.mebibytesPerSecond.map { Double($0) * 0x1p20 })
        for vcpu in dirty.vcpus {
            let value = vcpu.mebibytesPerSecond.map { Double($0) * 0x1p20 }
            writer.add(Self.vcpuRate, label: "vcpu", String(vcpu.index), value)
        }
    }
}
