// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Every family that this module can give a value to: what the documentation must list.
public enum Catalogue {
    /// What no collector fills, by the names under which a page can be asked for it.
    public static let others: [String: [MetricFamily]] = [
        "events": EventCounters.families + ObjectEventCounters.families,
        "host": HostSeries.families,
        HostCollector.hostInterface.rawValue: HostInterfaceSeries.families,
        HostCollector.network.rawValue: NetworkSeries.families,
        HostCollector.node.rawValue: NodeSeries.families,
        HostCollector.nodeDevice.rawValue: NodeDeviceSeries.families,
        HostCollector.storagePool.rawValue: StoragePoolSeries.families + TinkoffPoolSeries.families,
    ]

    public static let families: [MetricFamily] =
        (Collectors.all.flatMap { type(of: $0).families } + others.values.flatMap { $0 })
        .sorted { $0.name < $1.name }
}
