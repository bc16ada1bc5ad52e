// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Memory of each domain: the group `balloon` of the bulk statistics, which counts in KiB.
///
/// Figures from inside the guest are there only when its balloon driver reports them.
public struct MemoryCollector: Collector {
    public static let name = "memory"

    public let needs: StatsGroups = .balloon

    public init() {}

    private static let balloon = stat("current_balloon_bytes", "Memory that the domain has now, in bytes.")
    private static let maximum = stat("maximum_bytes", "Memory that the domain may have, in bytes.")
    private static let unused = stat("unused_bytes", "Memory that the guest leaves unused, caches apart, in bytes.")
    private static let available = stat("available_bytes", "Memory that the guest sees, in bytes.")
    private static let usable = stat(
        "usable_bytes", "Memory that the guest could give without swapping, caches among it, in bytes.")
    private static let rss = stat("rss_bytes", "Memory of the domain's process on the host, in bytes.")
    private static let diskCaches = stat("disk_caches_bytes", "Memory that the guest uses as disk cache, in bytes.")
    private static let lastUpdate = stat(
        "last_update_timestamp_seconds", "When the guest last reported its memory, in seconds since 1970.")
    private static let usedRatio = stat(
        "used_ratio", "Part of its memory that the guest could not give: 1 - usable / available.")
    private static let usedPercent = stat(
        "used_percent", "The same as libvirt_domain_memory_stats_used_ratio, times 100.")
    private static let majorFault = count("major_fault_total", "Page faults in the guest that needed disk I/O.")
    private static let minorFault = count("minor_fault_total", "Page faults in the guest without disk I/O.")
    private static let swapIn = count("swap_in_bytes_total", "Bytes that the guest read from swap.")
    private static let swapOut = count("swap_out_bytes_total", "Bytes that the guest wrote to swap.")
    private static let pgalloc = count("hugetlb_pgalloc_total", "Huge pages that the guest allocated.")
    private static let pgfail = count("hugetlb_pgfail_total", "Huge page allocations that failed in the guest.")

    public static let families = [
        balloon, maximum, unused, available, usable, rss, diskCaches, lastUpdate, usedRatio,
        usedPercent, majorFault, minorFault, swapIn, swapOut, pgalloc, pgfail,
    ]

    private static func stat(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_memory_stats_" + name, .gauge, help)
    }

    private static func count(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_memory_stats_" + name, .counter, help)
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let memory = reading.stats.balloon else { return }
        writer.add(Self.balloon, memory.current?.bytesFromKiB)
        writer.add(Self.maximum, memory.maximum?.bytesFromKiB)
        writer.add(Self.unused, memory.unused?.bytesFromKiB)
        writer.add(Self.available, memory.available?.bytesFromKiB)
        writer.add(Self.usable, memory.usable?.bytesFromKiB)
        writer.add(Self.rss, memory.rss?.bytesFromKiB)
        writer.add(Self.diskCaches, memory.diskCaches?.bytesFromKiB)
        // 0 is libvirt's "never": the guest has not reported yet.
        writer.add(Self.lastUpdate, memory.lastUpdate.flatMap { $0 == 0 ? nil : Double($0) })
        let used = Self.usedRatio(usable: memory.usable, available: memory.available)
        writer.add(Self.usedRatio, used)
        writer.add(Self.usedPercent, used.map { $0 * 100 })
        writer.add(Self.majorFault, memory.majorFault.map { Double($0) })
        writer.add(Self.minorFault, memory.minorFault.map { Double($0) })
        writer.add(Self.swapIn, memory.swapIn?.bytesFromKiB)
        writer.add(Self.swapOut, memory.swapOut?.bytesFromKiB)
        writer.add(Self.pgalloc, memory.hugetlbPgalloc.map { Double($0) })
        writer.add(Self.pgfail, memory.hugetlbPgfail.map { Double($0) })
    }

    /// nil unless the guest reported both; a guest that says it can give more than it has is at 0.
    static func usedRatio(usable: UInt64?, available: UInt64?) -> Double? {
        guard let usable, let available, available > 0 else { return nil }
        return max(0, 1 - Double(usable) / Double(available))
    }
}
