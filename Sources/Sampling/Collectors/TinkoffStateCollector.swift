// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The domain's state as Tinkoff's exporter has it; put with the state, which events change between rounds.
public struct TinkoffStateCollector: Collector {
    public static let name = "tinkoff_state"
    public static let isDefault = false
    private static let state = MetricFamily(
        "libvirt_domain_info_vstate", .gauge, "State of the domain as a number of libvirt's virDomainState.")
    public static let families = [state]

    public let needs: StatsGroups = .state
    public let tier = CollectorTier.state

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        writer.add(Self.state, reading.stats.status.map { Double($0.state.rawValue) })
    }
}
