// SPDX-License-Identifier: Apache-2.0
import DomainXML
import Testing

@Suite struct ObjectDescriptionTests {
    @Test(arguments: [
        ("", "isolated"), ("<forward/>", "nat"), ("<forward mode='route'/>", "route"),
        ("<forward mode='hostdev' managed='yes'/>", "hostdev"), ("<q:forward xmlns:q='u' mode='open'/>", "isolated"),
    ])
    func `a network's forward mode`(element: String, mode: String) throws {
        #expect(try NetworkDescription(parsing: "<network>\(element)</network>").forwardMode == mode)
    }

    @Test func `what a network has beside it`() throws {
        let xml = """
            <network><name>lan</name><bridge name='virbr1' stp='on'/><domain name='lan.example'/>
            <ip address='fd00::1' family='ipv6'/>
            <ip address='10.0.0.1'><dhcp><range start='10.0.0.2' end='10.0.0.9'/></dhcp></ip></network>
            """
        let network = try NetworkDescription(parsing: xml)
        #expect(network.bridge == "virbr1" && network.domain == "lan.example" && network.hasDHCP)
        #expect(try !NetworkDescription(parsing: "<network><ip address='10.0.0.1'/></network>").hasDHCP)
    }

    @Test func `a storage pool's type and path`() throws {
        let xml =
            "<pool type='netfs'><source><dir path='/export'/></source><target><path>/mnt/a b</path></target></pool>"
        let pool = try StoragePoolDescription(parsing: xml)
        #expect(pool.kind == "netfs" && pool.targetPath == "/mnt/a b")
        #expect(try StoragePoolDescription(parsing: "<pool type='rbd'/>").targetPath == nil)
    }

    @Test func `bridges, bonds and VLANs of the host`() throws {
        let bridge = try InterfaceDescription(
            parsing: """
                <interface type='bridge' name='br0'><mtu size='9000'/><bridge stp='off'>
                <interface type='ethernet' name='eth0'/><interface type='ethernet' name='eth1'/></bridge></interface>
                """)
        #expect(bridge.kind == "bridge" && bridge.mtu == "9000" && bridge.members == ["eth0", "eth1"])
        let bond = try InterfaceDescription(
            parsing: """
                <interface type='bond' name='bond0'><bond mode='active-backup'><miimon freq='100'/>
                <interface type='ethernet' name='eth0'/></bond></interface>
                """)
        #expect(bond.bondMode == "active-backup" && bond.members == ["eth0"])
        let vlan = try InterfaceDescription(
            parsing: "<interface type='vlan' name='eth0.7'><vlan tag='7'><interface name='eth0'/></vlan></interface>")
        #expect(vlan.vlanTag == "7" && vlan.parent == "eth0" && vlan.members.isEmpty)
    }

    @Test func `a document of another kind is named in the error`() {
        let network = #expect(throws: XMLError.self) { try NetworkDescription(parsing: "<pool/>") }
        #expect(network?.code == .otherObject)
        #expect(
            network?.description
                == "cannot read the network XML: its outermost element is <pool>, not <network>")
        let pool = #expect(throws: XMLError.self) { try StoragePoolDescription(parsing: "<pool") }
        #expect(pool?.description.hasPrefix("cannot read the storage pool XML: line 1") == true)
        #expect(throws: XMLError.self) { try InterfaceDescription(parsing: "<!DOCTYPE interface><interface/>") }
    }
}
