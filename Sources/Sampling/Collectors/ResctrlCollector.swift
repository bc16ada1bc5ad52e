// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What the host's resctrl monitors measure of each domain: cache occupancy, in the group `cpu`, and memory bandwidth,
/// in the group `memory` of the bulk statistics.
///
/// Only monitors that the definition asks for (`<cachetune>`, `<memorytune>`) are there.
public struct ResctrlCollector: Collector {
    public static let name = "resctrl"
    public static let isDefault = false
    private static let cache = MetricFamily(
        "libvirt_domain_cache_monitor_bytes", .gauge, "Last level cache in use, in bytes, by monitor and cache.",
        labels: ["monitor", "bank"])
    private static let bandwidth = MetricFamily(
        "libvirt_domain_memory_bandwidth_bytes_total", .counter,
        "Bytes moved to and from memory, by monitor and NUMA node: total, or local to the node.",
        labels: ["monitor", "node", "scope"])
    public static let families = [cache, bandwidth]

    public let needs: StatsGroups = [.cpuTotal, .memory]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let extra = reading.stats.extra else { return }
        for monitor in extra.cacheMonitors {
            for bank in monitor.banks {
                guard let id = bank.id, let bytes = bank.bytes else { continue }
                writer.add(Self.cache, labels: [("monitor", monitor.name), ("bank", String(id))], Double(bytes))
            }
        }
        for monitor in extra.bandwidthMonitors {
            for node in monitor.nodes {
                guard let id = node.id else { continue }
                for (scope, bytes) in [("local", node.localBytes), ("total", node.totalBytes)] {
                    guard let bytes else { continue }
                    let labels = [("monitor", monitor.name), ("node", String(id)), ("scope", scope)]
                    writer.add(Self.bandwidth, labels: labels, Double(bytes))
                }
            }
        }
    }
}
