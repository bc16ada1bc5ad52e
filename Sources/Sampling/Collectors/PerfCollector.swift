// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What the host's kernel counts of each domain's process: the group `perf` of the bulk statistics.
///
/// Only events that the definition turns on (`<perf>`) are there.
public struct PerfCollector: Collector {
    public static let name = "perf"
    public static let isDefault = false
    private static let events = MetricFamily(
        "libvirt_domain_perf_events_total", .counter, "Events of the domain that the host's kernel counted.",
        labels: ["event"])
    private static let clocks = MetricFamily(
        "libvirt_domain_perf_clock_seconds_total", .counter,
        "Time of the domain by the kernel's perf clocks cpu_clock and task_clock, in seconds.", labels: ["event"])
    private static let cache = MetricFamily(
        "libvirt_domain_perf_cmt_bytes", .gauge, "Last level cache that the domain occupies, in bytes.")
    private static let bandwidth = MetricFamily(
        "libvirt_domain_perf_mbm_bytes_per_second", .gauge,
        "Memory bandwidth of the domain, in bytes a second: total, or local to its node.", labels: ["scope"])
    public static let families = [events, clocks, cache, bandwidth]
    /// These two count nanoseconds.
    private static let clockEvents: Set<String> = ["cpu_clock", "task_clock"]

    public let needs: StatsGroups = .perf

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let perf = reading.stats.extra?.perf else { return }
        for event in perf.events {
            if Self.clockEvents.contains(event.name) {
                writer.add(Self.clocks, label: "event", event.name, event.count.secondsFromNanoseconds)
            } else {
                writer.add(Self.events, label: "event", event.name, Double(event.count))
            }
        }
        writer.add(Self.cache, perf.cacheBytes.map { Double($0) })
        writer.add(Self.bandwidth, label: "scope", "total", perf.totalBandwidth.map { Double($0) })
        writer.add(Self.bandwidth, label: "scope", "local", perf.localBandwidth.map { Double($0) })
    }
}
