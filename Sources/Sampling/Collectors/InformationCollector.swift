// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// CPU time, memory and vCPU count of each domain: what `virDomainGetInfo` tells without asking the monitor.
public struct InformationCollector: Collector {
    public static let name = "information"
    private static let time = MetricFamily(
        "libvirt_domain_info_cpu_time_seconds_total", .counter, "CPU time that the domain used, in seconds.")
    private static let limit = MetricFamily(
        "libvirt_domain_info_maximum_memory_bytes", .gauge, "Memory that the domain may have, in bytes.")
    private static let usage = MetricFamily(
        "libvirt_domain_info_memory_usage_bytes", .gauge,
        "Memory that the domain has now (its balloon), in bytes; not what the guest uses of it.")
    private static let virtualCPUs = MetricFamily(
        "libvirt_domain_info_virtual_cpus", .gauge, "Virtual CPUs that the domain has now.")
    public static let families = [time, limit, usage, virtualCPUs]

    /// The same figures come with these groups, when they are asked for anyway.
    public let needs: StatsGroups = [.cpuTotal, .balloon, .vcpu]
    public let tier = CollectorTier.information

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        let stats = reading.stats
        writer.add(Self.time, stats.cpu?.time?.secondsFromNanoseconds)
        writer.add(Self.limit, stats.balloon?.maximum?.bytesFromKiB)
        writer.add(Self.usage, stats.balloon?.current?.bytesFromKiB)
        writer.add(Self.virtualCPUs, stats.vcpuCurrent.map { Double($0) })
    }
}
