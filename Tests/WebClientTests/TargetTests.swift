// SPDX-License-Identifier: Apache-2.0
import TestHosts
import Testing

@testable import WebClient

@Suite struct TargetTests {
    @Test(arguments: [
        ([127, 0, 0, 1], AddressKind.loopback), ([127, 9, 9, 9], .loopback), ([0, 0, 0, 0], .loopback),
        ([169, 254, 169, 254], .linkLocal), ([10, 1, 2, 3], .private), ([172, 16, 0, 1], .private),
        ([172, 31, 255, 255], .private), ([192, 168, 0, 1], .private), ([100, 64, 0, 1], .private),
        ([172, 32, 0, 1], nil), ([8, 8, 8, 8], nil), ([169, 253, 0, 1], nil), ([100, 128, 0, 1], nil),
    ])
    func `knows kinds of IPv4 addresses, also inside IPv6 ones`(bytes: [UInt8], kind: AddressKind?) {
        #expect(AddressKind.of((bytes[0], bytes[1], bytes[2], bytes[3])) == kind)
        let zeros = [UInt8](repeating: 0, count: 10)
        #expect(AddressKind.of(v6: zeros + [0xFF, 0xFF] + bytes) == kind)
        #expect(AddressKind.of(v6: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] + bytes) == kind)
        #expect(AddressKind.of(v6: [0x20, 0x02] + bytes + zeros) == kind)
    }

    @Test(arguments: [
        ([0xFE, 0x80], AddressKind.linkLocal), ([0xFE, 0xBF], .linkLocal), ([0xFC, 0], .private),
        ([0xFD, 1], .private),
        ([0x2A, 0], nil), ([0xFE, 0xC0], nil),
    ])
    func `knows kinds of IPv6 addresses`(start: [UInt8], kind: AddressKind?) {
        #expect(AddressKind.of(v6: start + [UInt8](repeating: 1, count: 14)) == kind)
        #expect(AddressKind.of(v6: [UInt8](repeating: 0, count: 15) + [1]) == .loopback)
        #expect(AddressKind.of(v6: [UInt8](repeating: 0, count: 16)) == .loopback)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
    func `does not connect to this host, whatever it is called`(host: String) async throws {
        let sink = try WebSink()
        defer { sink.stop() }
        var settings = WebClientSettings()
        let url = "http://\(host):\(sink.port)/"
        let client = WebClient()
        if !host.hasPrefix("[") { #expect(try await client.send(WebRequest(url: url)).status == 200) }
        settings.refusedTargets = [.loopback]
        let count = sink.requests.count
        let error = await #expect(throws: WebClientError.self) {
            try await client.send(WebRequest(url: url, settings: settings))
        }
        #expect(error?.kind == .refusedTarget)
        #expect(error?.description.contains("its address is a loopback one, which is not allowed") == true)
        // Nor over the connection that was open already.
        #expect(sink.requests.count == count)
    }
}
