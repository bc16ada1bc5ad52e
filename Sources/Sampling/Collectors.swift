// SPDX-License-Identifier: Apache-2.0

/// The collectors there are, one file each in the folder `Collectors`, sorted by name.
public enum Collectors {
    public static let all: [any Collector] = [
        AddressCollector(),
        BlockCollector(),
        BlockGeometryCollector(),
        BlockJobCollector(),
        BlockLatencyCollector(),
        BlockLimitCollector(),
        CPUCollector(),
        DefinitionCollector(),
        DeviceInfoCollector(),
        DirtyRateCollector(),
        DiskErrorCollector(),
        GuestCollector(),
        HypervisorCollector(),
        InformationCollector(),
        InovexCollector(),
        InterfaceCollector(),
        InterfaceLimitCollector(),
        IothreadCollector(),
        JobCollector(),
        KuminaCollector(),
        MemoryCollector(),
        MessageCollector(),
        MetadataCollector(),
        OpenStackCollector(),
        PerfCollector(),
        ResctrlCollector(),
        SnapshotCollector(),
        StateCollector(),
        TinkoffCollector(),
        VCPUCollector(),
        VCPUPlaceCollector(),
    ]
}
