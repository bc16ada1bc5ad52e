// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// What dashboards of Tinkoff's exporter read under other names than ours; for a time of moving over.
public struct TinkoffCollector: Collector {
    public static let name = "tinkoff"
    public static let isDefault = false

    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_domain_" + name, .gauge, help, labels: labels)
    }

    private static let about = gauge(
        "info_meta", "UUID, and for OpenStack's instances what Nova wrote; always 1.",
        labels: [
            "uuid", "instance_name", "flavor", "user_name", "user_uuid", "project_name", "project_uuid", "root_type",
            "root_uuid",
        ])
    private static let disk = gauge(
        "block_meta", "Kind, driver and source of the disk; always 1.",
        labels: ["target_device", "source_file", "serial", "bus", "disk_type", "driver_type", "cache", "discard"])
    private static let allocation = gauge(
        "block_stats_allocation", "Highest offset that was written, in bytes.", labels: ["target_device"])
    private static let physical = gauge(
        "block_stats_physicalsize_bytes", "Size of the image file or device on the host, in bytes.",
        labels: ["target_device"])
    private static let interface = gauge(
        "interface_meta", "What the interface is connected to; always 1.",
        labels: ["target_device", "source_bridge", "virtual_interface"])
    private static let balloon = gauge(
        "memory_stats_actual_balloon_bytes", "Memory that the domain has now, in bytes.")
    private static let diskCache = gauge(
        "memory_stats_disk_cache_bytes", "Memory that the guest uses as disk cache, in bytes.")
    public static let families = [about, disk, allocation, physical, interface, balloon, diskCache]

    public let needs: StatsGroups = [.state, .balloon, .block]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        let stats = reading.stats
        writer.add(Self.balloon, stats.balloon?.current?.bytesFromKiB)
        writer.add(Self.diskCache, stats.balloon?.diskCaches?.bytesFromKiB)
        for disk in stats.disks where !disk.name.isEmpty {
            writer.add(Self.allocation, label: "target_device", disk.name, disk.allocation.map { Double($0) })
            writer.add(Self.physical, label: "target_device", disk.name, disk.physical.map { Double($0) })
        }
        guard let description = reading.description else { return }
        addDomain(description, reading, &writer)
        let paths = Dictionary(
            stats.disks.compactMap { disk in disk.path.map { (disk.name, $0) } },
            uniquingKeysWith: { first, _ in first })
        for disk in description.disks { addDisk(disk, paths, &writer) }
        for interface in description.interfaces { addInterface(interface, &writer) }
    }

    private func addDomain(
        _ description: DomainDescription, _ reading: DomainReading, _ writer: inout SampleWriter
    ) {
        let instance = description.openStack
        let uuid = DomainUUID(high: reading.stats.uuid.high, low: reading.stats.uuid.low)
        writer.add(
            info: Self.about,
            labels: [
                ("uuid", uuid.description), ("instance_name", instance?.instanceName ?? ""),
                ("flavor", instance?.flavor ?? ""), ("user_name", instance?.userName ?? ""),
                ("user_uuid", instance?.userID ?? ""), ("project_name", instance?.projectName ?? ""),
                ("project_uuid", instance?.projectID ?? ""),
                ("root_type", instance?.rootType ?? ""), ("root_uuid", instance?.rootID ?? ""),
            ])
    }

    /// The path is that of the statistics, which know a new one first, and know none of a disk on the network.
    private func addDisk(
        _ disk: DomainDescription.Disk, _ paths: [String: String], _ writer: inout SampleWriter
    ) {
        guard let target = disk.target, !target.isEmpty else { return }
        let source = paths[target] ?? (disk.kind == "volume" ? nil : disk.source)
        writer.add(
            info: Self.disk,
            labels: [
                ("target_device", target), ("source_file", source ?? ""), ("serial", disk.serial ?? ""),
                ("bus", disk.bus ?? ""), ("disk_type", disk.kind ?? ""), ("driver_type", disk.format ?? ""),
                ("cache", disk.cache ?? ""), ("discard", disk.discard ?? ""),
            ])
    }

    private func addInterface(_ interface: DomainDescription.Interface, _ writer: inout SampleWriter) {
        guard let target = interface.target, interface.bridge != nil || interface.portIdentity != nil else { return }
        writer.add(
            info: Self.interface,
            labels: [
                ("target_device", target), ("source_bridge", interface.bridge ?? ""),
                ("virtual_interface", interface.portIdentity ?? ""),
            ])
    }
}
