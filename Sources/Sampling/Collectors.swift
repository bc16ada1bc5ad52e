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
        InformationCollector(),
        InovexCollector(),
        InterfaceCollector(),
        IothreadCollector(),
        KuminaCollector(),
        MemoryCollector(),
        MetadataCollector(),
        OpenStackCollector(),
        PerfCollector(),
        ResctrlCollector(),
        StateCollector(),
        TinkoffCollector(),
        VCPUCollector(),
    ]
}
