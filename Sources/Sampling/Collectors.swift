// SPDX-License-Identifier: Apache-2.0

/// The collectors there are, one file each in the folder `Collectors`, sorted by name.
public enum Collectors {
    public static let all: [any Collector] = [
        AddressCollector(),
        BlockCollector(),
        BlockJobCollector(),
        BlockLimitCollector(),
        CPUCollector(),
        DefinitionCollector(),
        DeviceInfoCollector(),
        DiskErrorCollector(),
        GuestCollector(),
        InterfaceCollector(),
        InterfaceLimitCollector(),
        JobCollector(),
        MemoryCollector(),
        MessageCollector(),
        OpenStackCollector(),
        SnapshotCollector(),
        StateCollector(),
        VCPUCollector(),
        VCPUPlaceCollector(),
    ]
}
