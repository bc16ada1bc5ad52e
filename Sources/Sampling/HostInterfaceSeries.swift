// SPDX-License-Identifier: Apache-2.0
public import DomainXML
public import Libvirt
public import Vocabulary

/// Makes the batches of one of the host's own network interfaces.
public struct HostInterfaceSeries: Sendable {
    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_interface_" + name, .gauge, help, labels: ["interface"] + labels)
    }

    private static let about = gauge(
        "info", "Type and hardware address of the host's interface, and what it is on; always 1.",
        labels: ["type", "mac", "mtu", "parent", "vlan_tag", "bond_mode"])
    private static let active = gauge("active", "Whether the host's interface is active.")
    private static let members = gauge("members", "Interfaces that the bridge or bond holds.")
    public static let families = [about, active, members]

    private var shape: SeriesShape

    /// `interface` is the name; `host` is the label `host`, nil when there is one connection only.
    public init(interface: String, host: String?) {
        shape = SeriesShape(fixed: [("interface", interface), ("host", host)])
    }

    public mutating func batch(
        _ interface: HostInterface, _ description: InterfaceDescription?, at time: Timestamp
    ) -> SeriesBatch {
        var writer = SampleWriter(shape)
        writer.add(Self.active, interface.isActive.gauge)
        if let description, description.kind == "bridge" || description.kind == "bond" {
            writer.add(Self.members, Double(description.members.count))
        }
        writer.add(
            info: Self.about,
            labels: [
                ("type", description?.kind ?? ""), ("mac", interface.mac), ("mtu", description?.mtu ?? ""),
                ("parent", description?.parent ?? ""), ("vlan_tag", description?.vlanTag ?? ""),
                ("bond_mode", description?.bondMode ?? ""),
            ])
        return writer.finish(&shape, at: time)
    }
}
