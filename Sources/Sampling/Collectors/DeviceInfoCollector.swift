// SPDX-License-Identifier: Apache-2.0
import DomainXML
public import Libvirt
public import Vocabulary

/// What the definition says of disks and interfaces: the texts, which may change, apart from the numbers.
public struct DeviceInfoCollector: Collector {
    public static let name = "device_info"
    private static let disk = MetricFamily(
        "libvirt_domain_block_stats_info", .gauge, "Kind, driver and source of the disk; always 1.",
        labels: [
            "target_device", "disk_type", "target_bus", "driver_name", "driver_type", "driver_cache", "driver_discard",
            "source_file", "source_protocol", "storage_pool", "serial",
        ])
    private static let interface = MetricFamily(
        "libvirt_domain_interface_stats_info", .gauge, "Kind, address and connection of the interface; always 1.",
        labels: [
            "target_device", "interface_type", "source_bridge", "mac_address", "model_type", "mtu_size", "network",
            "interface_id",
        ])
    public static let families = [disk, interface]

    public let needs: StatsGroups = []

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        guard let description = reading.description else { return }
        // An empty value is the same as no label.
        for disk in description.disks {
            guard let target = disk.target, !target.isEmpty else { continue }
            writer.add(
                info: Self.disk,
                labels: [
                    ("target_device", target), ("disk_type", disk.kind ?? ""), ("target_bus", disk.bus ?? ""),
                    ("driver_name", disk.driverName ?? ""), ("driver_type", disk.format ?? ""),
                    ("driver_cache", disk.cache ?? ""), ("driver_discard", disk.discard ?? ""),
                    ("source_file", disk.source ?? ""), ("source_protocol", disk.sourceProtocol ?? ""),
                    ("storage_pool", disk.pool ?? ""), ("serial", disk.serial ?? ""),
                ])
        }
        for interface in description.interfaces {
            guard let target = interface.target, !target.isEmpty else { continue }
            writer.add(
                info: Self.interface,
                labels: [
                    ("target_device", target), ("interface_type", interface.kind ?? ""),
                    ("source_bridge", interface.bridge ?? ""), ("mac_address", interface.mac ?? ""),
                    ("model_type", interface.model ?? ""), ("mtu_size", interface.mtu ?? ""),
                    ("network", interface.network ?? ""), ("interface_id", interface.portIdentity ?? ""),
                ])
        }
    }
}
