// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Every family that this module can give a value to: what the documentation must list.
public enum Catalogue {
    public static let families: [MetricFamily] =
        (Collectors.all.flatMap { type(of: $0).families } + HostSeries.families + NodeSeries.families
        + EventCounters.families + StoragePoolSeries.families + NetworkSeries.families
        + HostInterfaceSeries.families + NodeDeviceSeries.families + ObjectEventCounters.families)
        .sorted { $0.name < $1.name }
}
