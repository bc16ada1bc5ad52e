// SPDX-License-Identifier: Apache-2.0

/// The collectors there are, one file each in the folder `Collectors`, sorted by name.
public enum Collectors {
    public static let all: [any Collector] = [
        BlockCollector(),
        BlockLatencyCollector(),
        BlockLimitsCollector(),
        CPUCollector(),
        DefinitionCollector(),
        DeviceInfoCollector(),
        DirtyRateCollector(),
        HypervisorCollector(),
        InterfaceCollector(),
        IothreadCollector(),
        MemoryCollector(),
        OpenStackCollector(),
        PerfCollector(),
        ResctrlCollector(),
        StateCollector(),
        VCPUCollector(),
    ]
}
