// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// The domain's state as kumina's exporter has it: our name, with its labels, of active domains; put with the state, which
/// events change between rounds.
public struct KuminaStateCollector: Collector {
    public static let name = "kumina_state"
    public static let isDefault = false
    public static let families: [MetricFamily] = []

    public let needs: StatsGroups = .state
    public let tier = CollectorTier.state

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard reading.stats.status?.state != .shutoff else { return }
        let domain = KuminaCollector.labels(of: reading)
        writer.extending(with: { _ in domain }) { StateCollector.addCode(reading, into: &$0) }
    }
}
