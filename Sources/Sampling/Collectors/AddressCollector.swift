// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Addresses of each domain's interfaces, from leases and from the host's ARP table: `virDomainInterfaceAddresses`.
public struct AddressCollector: Collector {
    public static let name = "address"
    public static let isDefault = false
    private static let address = MetricFamily(
        "libvirt_domain_address_info", .gauge, "An address of the domain's interface, and who knows of it; always 1.",
        labels: ["target_device", "mac", "family", "address", "source"])
    public static let families = [address]

    public let needs: StatsGroups = []
    public let calls: Set<DomainCall> = [.addresses]

    public init() {}

    public func collect(_ reading: DomainReading, into writer: inout SampleWriter) {
        for address in reading.details?.addresses ?? [] {
            writer.add(
                info: Self.address,
                labels: [
                    ("target_device", address.interface), ("mac", address.mac), ("family", address.family),
                    ("address", address.address), ("source", address.source),
                ])
        }
    }
}
