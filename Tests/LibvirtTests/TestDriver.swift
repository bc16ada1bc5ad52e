// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt

/// A host of libvirt's own test driver, from a file: every connection to it has a state of its own.
struct TestDriver: ~Copyable {
    let path: String

    init(domains: [String]) throws {
        path = "/tmp/virtwarden-test-\(UInt64.random(in: .min ... .max)).xml"
        let all = domains.enumerated().map { index, name in
            """
            <domain type='test'><name>\(name)</name><uuid>00000000-0000-0000-0000-00000000000\(index + 1)</uuid>
            <memory>1048576</memory><vcpu>2</vcpu><os><type>hvm</type></os>
            <devices><interface type='network'><source network='default'/><target dev='vnet\(index)'/>
            <bandwidth><inbound average='1000' peak='5000' burst='1024'/></bandwidth></interface></devices>
            </domain>
            """
        }
        // The driver follows a null pointer when it is asked for addresses on a network that has none.
        let network = """
            <network><name>default</name><bridge name='virbr0'/>
            <ip address='192.168.122.1' netmask='255.255.255.0'>
            <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
            """
        try Data("<node>\(network)\(all.joined())</node>".utf8).write(to: URL(filePath: path))
    }

    deinit {
        // A file that is gone already is no loss.
        try? FileManager.default.removeItem(atPath: path)
    }

    func connect(_ access: Access = .readWrite) async throws -> Connection {
        try await Connection.open("test://\(path)", access: access)
    }

    static let first = ObjectUUID(high: 0, low: 1)
}
