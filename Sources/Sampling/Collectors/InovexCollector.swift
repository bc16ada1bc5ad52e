// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What dashboards of inovex's exporter read under other names than ours; for a time of moving over.
public struct InovexCollector: Collector {
    public static let name = "inovex"
    public static let isDefault = false
    private static let swapIn = MetricFamily(
        "libvirt_domain_memory_stats_swap_in_bytes", .gauge, "Bytes that the guest read from swap, ever.")
    private static let swapOut = MetricFamily(
        "libvirt_domain_memory_stats_swap_out_bytes", .gauge, "Bytes that the guest wrote to swap, ever.")
    public static let families = [swapIn, swapOut]

    public let needs: StatsGroups = .balloon

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(Self.swapIn, reading.stats.balloon?.swapIn?.bytesFromKiB)
        writer.add(Self.swapOut, reading.stats.balloon?.swapOut?.bytesFromKiB)
    }
}
