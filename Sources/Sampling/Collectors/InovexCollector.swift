// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What dashboards of inovex's exporter read under other names than ours; for a time of moving over.
public struct InovexCollector: Collector {
    public static let name = "inovex"
    public static let isDefault = false
    private static let state = MetricFamily(
        "libvirt_domain_info_state", .gauge, "State of the domain as a number; the label says it in words.",
        labels: ["state_desc"])
    private static let swapIn = MetricFamily(
        "libvirt_domain_memory_stats_swap_in_bytes", .gauge, "Bytes that the guest read from swap, ever.")
    private static let swapOut = MetricFamily(
        "libvirt_domain_memory_stats_swap_out_bytes", .gauge, "Bytes that the guest wrote to swap, ever.")
    public static let families = [state, swapIn, swapOut]

    public let needs: StatsGroups = [.state, .balloon]

    private static let words: [DomainState: String] = [
        .noState: "no state", .running: "the domain is running", .blocked: "the domain is blocked on resource",
        .paused: "the domain is paused by user", .shutdown: "the domain is being shut down",
        .shutoff: "the domain is shut off", .crashed: "the domain is crashed",
        .pmsuspended: "the domain is suspended by guest power management",
    ]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        if let state = reading.stats.status?.state {
            let words = Self.words[state] ?? state.name
            writer.add(Self.state, label: "state_desc", words, Double(state.rawValue))
        }
        writer.add(Self.swapIn, reading.stats.balloon?.swapIn?.bytesFromKiB)
        writer.add(Self.swapOut, reading.stats.balloon?.swapOut?.bytesFromKiB)
    }
}
