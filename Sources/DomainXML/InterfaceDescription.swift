// SPDX-License-Identifier: Apache-2.0

/// What the agent uses of a host interface, as `virInterfaceGetXMLDesc` writes it.
public struct InterfaceDescription: Hashable, Sendable {
    /// The most members that are kept; those after are left out.
    public static let memberLimit = 4096

    /// libvirt's `type`: `ethernet`, `bridge`, `bond` or `vlan`.
    public let kind: String?
    public let mtu: String?
    /// The interface that a VLAN is on.
    public let parent: String?
    public let vlanTag: String?
    /// `balance-rr`, `active-backup` …
    public let bondMode: String?
    /// The interfaces that a bridge or bond holds, by name.
    public let members: [String]

    /// Reads an interface's definition. Throws as `DomainDescription` does.
    public init(parsing xml: String) throws(XMLError) {
        self = try Document.read(xml, as: "interface", of: "interface", InterfaceDescription.init)
    }

    private init(_ interface: Element) {
        kind = interface.attribute("type")
        mtu = interface.child("mtu")?.attribute("size")
        let vlan = interface.child("vlan")
        vlanTag = vlan?.attribute("tag")
        parent = vlan?.child("interface")?.attribute("name")
        let bond = interface.child("bond")
        bondMode = bond?.attribute("mode")
        let holder = bond ?? interface.child("bridge")
        members =
            holder?.children("interface").prefix(Self.memberLimit).compactMap { $0.attribute("name") } ?? []
    }
}
