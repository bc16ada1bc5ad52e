// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import Testing

/// A host of the test driver with one object of each kind, for one connection.
private struct ObjectHost: ~Copyable {
    private let path = "/tmp/virtwarden-objects-\(UInt64.random(in: .min ... .max)).xml"

    init(other: String = "") throws {
        let xml = """
            <node>
            <network><name>lan</name><uuid>00000000-0000-0000-0000-000000000011</uuid><bridge name='br9'/></network>
            <pool type='dir'><name>images</name><uuid>00000000-0000-0000-0000-000000000012</uuid>
            <target><path>/images</path></target>
            <volume><name>one</name><capacity>1000</capacity><allocation>10</allocation></volume></pool>
            \(other)
            <interface type='ethernet' name='eth7'><start mode='none'/><mac address='02:00:00:00:00:07'/></interface>
            <device><name>computer</name><capability type='system'><hardware><uuid>00000000-0000-0000-0000-000000000013</uuid></hardware></capability></device>
            </node>
            """
        try Data(xml.utf8).write(to: URL(filePath: path))
    }

    deinit {
        // A file that is gone already is no loss.
        try? FileManager.default.removeItem(atPath: path)
    }

    func connect() async throws -> Connection {
        try await Connection.open("test://\(path)", access: .readWrite)
    }
}

@Suite(.timeLimit(.minutes(2))) struct ObjectTests {
    private let pool = ObjectUUID(high: 0, low: 0x12)

    @Test func `lists storage pools and says how each stands`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        #expect(try await connection.storagePools() == [ObjectName(uuid: pool, name: "images")])
        let reading = try await connection.storagePool(pool, refused: []).reading
        #expect(reading.state == 2 && reading.isRunning)
        #expect(reading.capacity == 107_374_182_400)
        #expect(reading.available == reading.capacity.map { $0 - (reading.allocation ?? 0) })
        #expect(reading.volumeCount == 1)
        #expect(reading.hasAutostart == false && reading.isPersistent == true)
        #expect(try await connection.xml(ofPool: pool).contains("<path>/images</path>"))
        let volumes = try await connection.volumes(ofPool: pool)
        #expect(volumes == [StorageVolume(name: "one", capacity: 1000, allocation: 10)])
        await connection.close()
    }

    @Test func `calls that were refused are not made`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        let answer = try await connection.storagePool(
            pool, refused: ["virStoragePoolGetAutostart", "virStoragePoolGetInfo"])
        #expect(answer.reading.hasAutostart == nil && answer.reading.capacity == nil)
        #expect(answer.reading.isPersistent == true)
        await connection.close()
    }

    @Test func `an object that is not there has a code of its own`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        let none = ObjectUUID(high: 9, low: 9)
        let first = await #expect(throws: VirError.self) { try await connection.storagePool(none, refused: []) }
        #expect(first?.code == .noStoragePool)
        let second = await #expect(throws: VirError.self) { try await connection.xml(ofNetwork: none) }
        #expect(second?.code == .noNetwork)
        await connection.close()
    }

    @Test func `lists networks, interfaces and devices`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        let network = ObjectUUID(high: 0, low: 0x11)
        #expect(try await connection.networks() == [ObjectName(uuid: network, name: "lan")])
        let reading = try await connection.network(network, refused: []).reading
        #expect(reading.isActive == true && reading.isPersistent == true && reading.hasAutostart == false)
        let interfaces = try await connection.interfaces()
        #expect(interfaces == [HostInterface(name: "eth7", mac: "02:00:00:00:00:07", isActive: true)])
        #expect(try await connection.xml(ofInterface: "eth7").contains("type='ethernet'"))
        let devices = try await connection.nodeDevices()
        #expect(devices["system"] == 1 && devices["pci"] == 0)
        await connection.close()
    }

    @Test func `what the driver has not is told by its code and call`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        let secrets = await #expect(throws: VirError.self) { try await connection.secretCount() }
        #expect(secrets?.code == .noSupport && secrets?.call == "virConnectNumOfSecrets")
        let network = ObjectUUID(high: 0, low: 0x11)
        let leases = await #expect(throws: VirError.self) { try await connection.leases(ofNetwork: network) }
        #expect(leases?.code == .noSupport && leases?.call == "virNetworkGetDHCPLeases")
        await connection.close()
    }

    @Test func `events name the pool, and what the daemon has none of is said`() async throws {
        let host = try ObjectHost()
        let connection = try await host.connect()
        let stream = try await connection.subscribeToObjects(buffer: 16)
        // Metadata of networks tells itself since libvirt 9.8.
        #expect(stream.refused.subtracting([.networkMetadata]) == [.secret, .secretValue])
        try await connection.refresh(pool: pool)
        var events = stream.events.makeAsyncIterator()
        let event = await events.next()
        #expect(
            event
                == ObjectEvent(kind: .storagePool, uuid: pool, name: "images", family: "refresh", detail: "refresh"))
        await connection.close()
        #expect(await events.next() == nil)
    }

    @Test func `a flood of object events is told once, and listening can begin again`() async throws {
        let host = try ObjectHost(
            other: "<pool type='dir'><name>other</name><target><path>/other</path></target></pool>")
        let connection = try await host.connect()
        let stream = try await connection.subscribeToObjects(buffer: 1)
        for _ in 0..<400 { try await connection.refresh(pool: pool) }
        // All have come: one waits, and none of the others would fit.
        while stream.dropped < 399 { await Task.yield() }
        var floods = stream.floods.makeAsyncIterator()
        let flood = try #require(await floods.next())
        #expect(flood.id == .storagePoolRefresh && flood.name == "images")
        try await connection.silence(flood.id)
        let other = try #require(try await connection.storagePools().first { $0.name == "other" }).uuid
        try await connection.listen(to: flood.id)
        var events = stream.events.makeAsyncIterator()
        #expect(await events.next()?.uuid == pool)
        try await connection.refresh(pool: other)
        // One pool's flood does not count against another.
        #expect(await events.next()?.uuid == other)
        #expect(stream.dropped >= 399)
        await connection.close()
    }
}
