// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import TestHosts
import Testing

@Suite(.timeLimit(.minutes(2))) struct LeaseTests {
    /// libvirt's own helper of dnsmasq writes the file; a session daemon can start no network that lends addresses, but
    /// reads the file of any network that has a bridge.
    @Test func `leases are those that libvirt's daemon reads from its file`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        let xml = "<network><name>lan</name><forward mode='bridge'/><bridge name='vwbr0'/></network>"
        try await daemon.virsh("net-define", daemon.directory.write("lan.xml", xml.utf8))
        try await daemon.virsh("net-start", "lan")
        let connection = try await Connection.open(daemon.uri, access: .readOnly)
        let network = try #require(await connection.networks().first).uuid
        #expect(try await connection.leases(ofNetwork: network).isEmpty)
        let file = """
            [{"ip-address": "10.0.0.2", "mac-address": "02:00:00:00:00:01", "hostname": "a<b", "expiry-time": 4102444800},
             {"ip-address": "10.0.0.3", "mac-address": "02:00:00:00:00:02", "expiry-time": 4102444801}]
            """
        try daemon.directory.makeFolder("run/libvirt/dnsmasq/lib")
        try daemon.directory.write("run/libvirt/dnsmasq/lib/vwbr0.status", file.utf8)
        #expect(
            try await connection.leases(ofNetwork: network) == [
                DHCPLease(mac: "02:00:00:00:00:01", address: "10.0.0.2", hostname: "a<b", expiry: 4_102_444_800),
                DHCPLease(mac: "02:00:00:00:00:02", address: "10.0.0.3", hostname: "", expiry: 4_102_444_801),
            ])
        await connection.close()
        await daemon.stop()
    }
}
