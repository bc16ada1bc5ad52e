// SPDX-License-Identifier: Apache-2.0

/// What the agent uses of a virtual network's definition, as `virNetworkGetXMLDesc` writes it. All text is untrusted.
public struct NetworkDescription: Hashable, Sendable {
    /// `nat`, `route`, `bridge`, `open`, `private`, `vepa`, `passthrough` or `hostdev`; `isolated` when the network
    /// forwards nothing.
    public let forwardMode: String
    public let bridge: String?
    /// The DNS domain.
    public let domain: String?
    /// Whether it lends addresses.
    public let hasDHCP: Bool

    /// Reads a network's definition. Throws as `DomainDescription` does.
    public init(parsing xml: String) throws(XMLError) {
        self = try Document.read(xml, as: "network", of: "network", NetworkDescription.init)
    }

    private init(_ network: Element) {
        // The mode may be left out, and then is NAT (formatnetwork.html#connectivity).
        forwardMode = network.child("forward").map { $0.attribute("mode") ?? "nat" } ?? "isolated"
        bridge = network.child("bridge")?.attribute("name")
        domain = network.child("domain")?.attribute("name")
        hasDHCP = network.children("ip").contains { $0.child("dhcp") != nil }
    }
}
