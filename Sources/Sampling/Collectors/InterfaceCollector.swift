// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Traffic of each network interface of each domain, seen from the guest: the group `net` of the bulk statistics.
public struct InterfaceCollector: Collector {
    public static let name = "interface"

    public let needs: StatsGroups = .interface

    public init() {}

    private static let receiveBytes = count("receive_bytes_total", "Bytes that the domain received.")
    private static let receivePackets = count("receive_packets_total", "Packets that the domain received.")
    private static let receiveErrors = count("receive_errors_total", "Errors on receiving.")
    private static let receiveDrops = count("receive_drops_total", "Packets dropped on receiving.")
    private static let transmitBytes = count("transmit_bytes_total", "Bytes that the domain sent.")
    private static let transmitPackets = count("transmit_packets_total", "Packets that the domain sent.")
    private static let transmitErrors = count("transmit_errors_total", "Errors on sending.")
    private static let transmitDrops = count("transmit_drops_total", "Packets dropped on sending.")

    public static let families = [
        receiveBytes, receivePackets, receiveErrors, receiveDrops, transmitBytes, transmitPackets, transmitErrors,
        transmitDrops,
    ]

    private static func count(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily("libvirt_domain_interface_stats_" + name, .counter, help, labels: ["target_device"])
    }

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        // The name is empty for some SR-IOV devices: without it the series of two of them would be the same.
        for interface in reading.stats.interfaces where !interface.name.isEmpty {
            func add(_ family: MetricFamily, _ value: UInt64?) {
                writer.add(family, label: "target_device", interface.name, value.map { Double($0) })
            }
            add(Self.receiveBytes, interface.receiveBytes)
            add(Self.receivePackets, interface.receivePackets)
            add(Self.receiveErrors, interface.receiveErrors)
            add(Self.receiveDrops, interface.receiveDrops)
            add(Self.transmitBytes, interface.transmitBytes)
            add(Self.transmitPackets, interface.transmitPackets)
            add(Self.transmitErrors, interface.transmitErrors)
            add(Self.transmitDrops, interface.transmitDrops)
        }
    }
}
