// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Synchronization
import Testing

@testable import Libvirt

@Suite(.timeLimit(.minutes(1))) struct DetailsTests {
    @Test func `each call fills its own part and no other`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        func asked(_ calls: Set<DomainCall>) async -> DomainDetails {
            // The driver gives the interface a name of its own.
            await connection.details(
                of: TestDriver.first, calls: calls, disks: ["vda"], interfaces: ["testnet0"], refused: []
            ).details
        }
        var none = DomainDetails()
        none.disks = ["vda"]
        #expect(await asked([]) == none)
        #expect(await asked([.snapshots]).snapshots == 0)
        #expect(await asked([.checkpoints]).checkpoints == 0)
        #expect(await asked([.vcpuPlaces]).vcpuPlaces?.keys.sorted() == [0, 1])
        #expect(await asked([.messages]).messages == [])
        let addresses = try #require(await asked([.addresses]).addresses)
        #expect(addresses.first?.interface == "testnet0" && addresses.first?.family == "ipv4")
        #expect(await asked([.snapshots]).vcpuPlaces == nil)
        await connection.close()
    }

    @Test func `limits that are set are read back`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let found = await connection.details(
            of: TestDriver.first, calls: [.interfaceLimits, .blockLimits], disks: ["vdz"], interfaces: ["testnet0"],
            refused: [])
        // A disk that is not there leaves its part empty, and is no reason to ask about none.
        #expect(found.details.blockLimits == nil)
        #expect(!found.refused.contains("virDomainGetBlockIoTune"))
        let limits = try #require(found.details.interfaceLimits?["testnet0"])
        #expect(limits.rates[.inbound] == ["average": 1000, "peak": 5000] && limits.burst == [.inbound: 1024])
        #expect(limits.rates[.outbound]?.isEmpty == true)
        await connection.close()
    }

    @Test(arguments: [(2, -1), (-1, 0), (5000, 0)] as [(Int32, Int32)])
    func `errors of disks are not known when a call fails`(capacity: Int32, filled: Int32) {
        // Before libvirt is initialised, asking for its last error is not safe.
        EventLoop.registered
        var calls = DetailCalls(refused: [])
        calls.diskErrors { list, _ in list == nil ? capacity : filled }
        #expect(calls.details.diskErrors == nil)
    }

    @Test func `errors of disks are none when there is none, or no disk`() {
        for capacity in [0, 2] as [Int32] {
            var calls = DetailCalls(refused: [])
            calls.diskErrors { list, _ in list == nil ? capacity : 0 }
            #expect(calls.details.diskErrors == [:])
        }
    }

    @Test func `calls that the driver has not are named once and not made again`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let all = Set(DomainCall.allCases)
        let first = await connection.details(of: TestDriver.first, calls: all, disks: ["vda"], refused: [])
        #expect(first.refused.contains("virDomainGetBlockJobInfo"))
        #expect(first.details.blockJobs == nil)
        let second = await connection.details(
            of: TestDriver.first, calls: [.snapshots, .vcpuPlaces],
            refused: ["virDomainSnapshotNum", "virDomainGetInfo"])
        #expect(second.details.snapshots == nil && second.details.vcpuPlaces == nil)
        #expect(second.refused == ["virDomainSnapshotNum", "virDomainGetInfo"])
        await connection.close()
    }

    @Test func `a domain that is not there, and a closed connection, tell nothing`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let gone = await connection.details(
            of: ObjectUUID(high: 7, low: 7), calls: [.snapshots], disks: ["vda"], refused: ["a"])
        #expect(gone.details == DomainDetails() && gone.refused == ["a"])
        await connection.close()
        let closed = await connection.details(of: TestDriver.first, calls: [.snapshots], refused: [])
        #expect(closed.details == DomainDetails())
    }

    @Test func `one errand asks several domains, and ends when nobody waits`() async throws {
        let driver = try TestDriver(domains: ["web", "db", "mail"])
        let connection = try await driver.connect()
        let requests = try await connection.domains().map { DetailsRequest($0.uuid, calls: [.snapshots]) }
        let all = await connection.details(of: requests, refused: [])
        #expect(all.details.map(\.snapshots) == [0, 0, 0] && all.answered == ["virDomainSnapshotNum"])
        let asked = Mutex(0)
        let some = await connection.details(of: requests, refused: []) {
            asked.withLock { asked in
                asked += 1
                return asked <= 2
            }
        }
        #expect(some.details.count == 2)
        await connection.close()
    }

    @Test func `handles are kept until their domain is gone`() async throws {
        let driver = try TestDriver(domains: ["web", "db", "mail", "old", "new", "last"])
        let connection = try await driver.connect()
        let uuids = try await connection.domains().map(\.uuid)
        #expect(await connection.keptCount == 0)
        let all = try await connection.information(of: uuids)
        #expect(Set(all.map(\.name)) == ["web", "db", "mail", "old", "new", "last"])
        #expect(Set(all.map(\.uuid)) == Set(uuids) && all.allSatisfy { $0.cpu?.time != nil })
        #expect(await connection.keptCount == 6)
        try await connection.destroy(TestDriver.first)
        let stopped = try await connection.information(of: uuids)
        #expect(stopped.first { $0.uuid == TestDriver.first }?.cpu == nil)
        try await connection.undefine(TestDriver.first)
        #expect(try await connection.information(of: uuids).count == 5)
        #expect(await connection.keptCount == 5)
        let gone = await connection.details(of: TestDriver.first, calls: [.snapshots], refused: [])
        #expect(gone.details == DomainDetails())
        await connection.close()
        #expect(await connection.keptCount == 0)
    }
}

extension Connection {
    /// What one domain tells.
    fileprivate func details(
        of uuid: ObjectUUID, calls: Set<DomainCall>, disks: [String] = [], interfaces: [String] = [],
        refused: Set<String>
    ) -> (details: DomainDetails, refused: Set<String>) {
        let request = DetailsRequest(uuid, calls: calls, disks: disks, interfaces: interfaces)
        let answer = details(of: [request], refused: refused)
        return (answer.details.first ?? DomainDetails(), answer.refused)
    }

    fileprivate var keptCount: Int { kept.count }

    fileprivate func undefine(_ uuid: ObjectUUID) throws(VirError) {
        let domain = try DomainHandle(uuid, on: handle())
        try checked("virDomainUndefine", virDomainUndefine(domain.pointer))
    }
}
