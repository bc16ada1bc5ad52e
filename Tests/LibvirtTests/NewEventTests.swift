// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Testing

@testable import Libvirt

/// Events that libvirt's driver for tests never sends: their callbacks are called as newer versions call them.
@Suite(.timeLimit(.minutes(1))) struct NewEventTests {
    @Test func `a new address of an interface is told with the interface's alias`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let event = try #require(try await connection.addressChange(of: TestDriver.first))
        #expect(event.uuid == TestDriver.first && event.name == "web")
        #expect(event.kindName == "nic_mac_change" && event.detailName == "nic_mac_change" && event.note == "net0")
        await connection.close()
    }

    @Test func `an id that the library does not know is passed over, and the others are heard`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let stream = try await connection.subscribe(buffer: 4)
        #expect(stream.isHeard && !stream.refused.contains(0))
        #expect(EventCallbacks.all.count { $0.id == 27 } == 1 && EventCallbacks.all.last?.id != 27)
        await connection.close()
    }

    @Test func `a network's new metadata is told of the network`() async throws {
        let connection = try await Connection.open("test:///default", access: .readOnly)
        let event = try #require(try await connection.metadataChange(of: "default"))
        #expect(event.kind == .network && event.name == "default" && event.uuid != nil)
        #expect(event.family == "metadata_change" && event.detail == "metadata_change")
        await connection.close()
    }
}

extension Connection {
    fileprivate func addressChange(of uuid: ObjectUUID) async throws -> Event? {
        let sink = EventSink(buffer: 1)
        let domain = try DomainHandle(uuid, on: handle())
        let callback = EventCallbacks.all.first { $0.id == 27 }?.callback
        let call = callback.map { unsafeBitCast($0, to: EventCallbacks.AddressChange.self) }
        call?(
            try handle(), domain.pointer, "net0", "52:54:00:00:00:01", "52:54:00:00:00:02",
            Unmanaged.passUnretained(sink).toOpaque())
        sink.finish()
        return await sink.stream.first { _ in true }
    }

    fileprivate func metadataChange(of name: String) async throws -> ObjectEvent? {
        let sink = ObjectEventSink(buffer: 1)
        let network = virNetworkLookupByName(try handle(), name)
        onNetworkMetadata(try handle(), network, 0, nil, Unmanaged.passUnretained(sink).toOpaque())
        virNetworkFree(network)
        sink.finish()
        return await sink.stream.first { _ in true }
    }
}
