// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The domain's state as inovex's exporter has it; put with the state, which events change between rounds.
public struct InovexStateCollector: Collector {
    public static let name = "inovex_state"
    public static let isDefault = false
    private static let state = MetricFamily(
        "libvirt_domain_info_state", .gauge, "State of the domain as a number; the label says it in words.",
        labels: ["state_desc"])
    public static let families = [state]

    public let needs: StatsGroups = .state
    public let tier = CollectorTier.state

    private static let words: [DomainState: String] = [
        .noState: "no state", .running: "the domain is running", .blocked: "the domain is blocked on resource",
        .paused: "the domain is paused by user", .shutdown: "the domain is being shut down",
        .shutoff: "the domain is shut off", .crashed: "the domain is crashed",
        .pmsuspended: "the domain is suspended by guest power management",
    ]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let state = reading.stats.status?.state else { return }
        writer.add(Self.state, label: "state_desc", Self.words[state] ?? state.name, Double(state.rawValue))
    }
}
