// SPDX-License-Identifier: Apache-2.0
public import DomainXML
public import Libvirt
public import Vocabulary

/// Makes the batches of one virtual network.
public struct NetworkSeries: Sendable {
    private static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily {
        MetricFamily("libvirt_network_" + name, .gauge, help, labels: ["network"] + labels)
    }

    private static let about = gauge(
        "info", "UUID, bridge, forward mode, DNS domain and persistence of the network; always 1.",
        labels: ["uuid", "bridge", "forward_mode", "dns_domain", "persistent"])
    private static let active = gauge("active", "Whether the network is active.")
    private static let autostart = gauge("autostart", "Whether the network is started with the host.")
    private static let leases = gauge("dhcp_leases", "Addresses that the network has lent.")
    private static let expiry = gauge(
        "dhcp_lease_expiry_timestamp_seconds", "When the lease of the address ends.", labels: ["mac", "address"])
    public static let families = [about, active, autostart, leases, expiry]

    /// All that is known of a network; nil is "not read" or "not reported".
    public struct Facts: Sendable {
        public var uuid: ObjectUUID
        public var reading: NetworkReading?
        public var description: NetworkDescription?
        public var leases: [DHCPLease]?

        public init(uuid: ObjectUUID) {
            self.uuid = uuid
        }
    }

    private var shape: SeriesShape

    /// `network` is the name, of any length; `host` is the label `host`, nil when there is one connection only.
    public init(network: String, host: String?) {
        shape = SeriesShape(fixed: [("network", network), ("host", host)])
    }

    /// `listsLeases` says whether each lease has a series.
    public mutating func batch(_ facts: Facts, listsLeases: Bool, at time: Timestamp) -> SeriesBatch {
        var writer = SampleWriter(shape)
        writer.add(Self.active, facts.reading?.isActive?.gauge)
        writer.add(Self.autostart, facts.reading?.hasAutostart?.gauge)
        writer.add(Self.leases, facts.leases.map { Double($0.count) })
        let uuid = DomainUUID(high: facts.uuid.high, low: facts.uuid.low)
        writer.add(
            info: Self.about,
            labels: [
                ("uuid", uuid.description), ("bridge", facts.description?.bridge ?? ""),
                ("forward_mode", facts.description?.forwardMode ?? ""), ("dns_domain", facts.description?.domain ?? ""),
                ("persistent", facts.reading?.isPersistent.map { "\($0)" } ?? ""),
            ])
        if listsLeases {
            // A lease without end has no time.
            for lease in facts.leases ?? [] where lease.expiry > 0 {
                writer.add(
                    Self.expiry, labels: [("mac", lease.mac), ("address", lease.address)], Double(lease.expiry))
            }
        }
        return writer.finish(&shape, at: time)
    }
}
