// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import Synchronization
import Testing

/// Events in the order in which they came.
private final class Heard: Sendable {
    private let events = Mutex<[Event]>([])

    var all: [Event] { events.withLock { $0 } }

    func add(_ event: Event) {
        events.withLock { $0.append(event) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func `an address that does not exist is named in the error`() async {
        let error = await #expect(throws: VirError.self) {
            try await Connection.open("qemu+unix:///session?socket=/nowhere/at-all", access: .readOnly)
        }
        #expect(error?.description.contains("/nowhere/at-all") == true)
        #expect(error?.description.contains("is the libvirt daemon running?") == true)
    }

    @Test func `lists every domain with its state and flags`() async throws {
        let driver = try TestDriver(domains: ["web", "db"])
        let connection = try await driver.connect()
        let listed = try await connection.domains().sorted { $0.uuid.low < $1.uuid.low }
        #expect(listed.map(\.name) == ["web", "db"])
        #expect(listed.map(\.status.state) == [.running, .running])
        #expect(listed.map(\.isPersistent) == [true, true])
        await connection.close()
    }

    @Test func `actions change the state that is read afterwards`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        try await connection.suspend(TestDriver.first)
        #expect(try await connection.state(of: TestDriver.first).reasonName == "user")
        try await connection.resume(TestDriver.first)
        try await connection.destroy(TestDriver.first)
        let stopped = try await connection.state(of: TestDriver.first)
        #expect([stopped.state.name, stopped.reasonName] == ["shutoff", "destroyed"])
        try await connection.start(TestDriver.first)
        #expect(try await connection.state(of: TestDriver.first).state == .running)
        await connection.close()
    }

    @Test func `an action that the state forbids keeps libvirt's code`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let error = await #expect(throws: VirError.self) { try await connection.start(TestDriver.first) }
        // The test driver refuses with a plain internal error where QEMU's says "operation invalid".
        #expect(error?.code == VirError.Code(rawValue: 1))
        #expect(error?.call == "virDomainCreate")
        #expect(error?.message.contains("running") == true)
        let missing = await #expect(throws: VirError.self) {
            try await connection.state(of: ObjectUUID(high: 7, low: 7))
        }
        #expect(missing?.code == .noDomain)
        await connection.close()
    }

    @Test func `events arrive in order and in libvirt's words`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let stream = try await connection.subscribe(buffer: 16)
        try await connection.suspend(TestDriver.first)
        try await connection.resume(TestDriver.first)
        try await connection.destroy(TestDriver.first)
        var heard: [String] = []
        for await event in stream.events {
            heard.append("\(event.name) \(event.kindName) \(event.detailName)")
            if heard.count == 3 { break }
        }
        #expect(
            heard == [
                "web lifecycle suspended_paused", "web lifecycle resumed_unpaused", "web lifecycle stopped_destroyed",
            ])
        #expect(stream.dropped == 0)
        await connection.close()
    }

    @Test func `what does not fit into the buffer is counted`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let stream = try await connection.subscribe(buffer: 1)
        for _ in 0..<5 {
            try await connection.suspend(TestDriver.first)
            try await connection.resume(TestDriver.first)
        }
        while stream.dropped < 9 { await Task.yield() }
        #expect(stream.dropped == 9)
        await connection.close()
    }

    @Test func `a flood is told once, and listening can begin again`() async throws {
        let driver = try TestDriver(domains: ["web", "db"])
        let connection = try await driver.connect()
        let stream = try await connection.subscribe(buffer: 1000)
        let heard = Heard()
        let listening = Task { for await event in stream.events { heard.add(event) } }
        var sent = 0
        // On a busy machine one burst may take longer than the second in which it would be a flood.
        repeat {
            for _ in 0..<200 {
                try await connection.suspend(TestDriver.first)
                try await connection.resume(TestDriver.first)
            }
            sent += 400
            while heard.all.count + stream.dropped < sent { await Task.yield() }
        } while stream.dropped == 0 && sent < 40_000
        var floods = stream.floods.makeAsyncIterator()
        let flood = try #require(await floods.next())
        #expect(flood.name == "web" && flood.kindName == "lifecycle")
        try await connection.silence(flood.id)
        let other = ObjectUUID(high: 0, low: 2)
        try await connection.destroy(other)
        try await connection.listen(to: flood.id)
        try await connection.start(other)
        while heard.all.last?.detailName != "started_booted" { await Task.yield() }
        #expect(heard.all.last?.name == "db")
        await connection.close()
        await listening.value
    }

    @Test func `calls fill what the bulk call leaves out`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        let bulk = try await connection.statistics([.state, .cpuTotal, .balloon, .vcpu], noWait: false)
        #expect(bulk.first?.status?.state == .running)
        let stats = try #require(bulk.first)
        #expect(stats.cpu?.time == nil)
        // The driver gives the interface a name of its own, whatever the file says.
        let answer = await connection.statisticsByCalls(of: stats, interfaces: ["testnet0"], disks: [], refused: [])
        #expect(answer.stats.cpu?.time != nil)
        #expect(answer.stats.cpu?.user != nil)
        #expect(answer.answered.isSuperset(of: ["virDomainGetInfo", "virDomainGetCPUStats", "virDomainGetVcpus"]))
        #expect(answer.stats.balloon?.maximum == 1_048_576)
        #expect(answer.stats.vcpuCurrent == 2)
        #expect(answer.stats.vcpus.count == 2)
        #expect(answer.stats.interfaces.first?.receiveBytes != nil)
        await connection.close()
    }

    @Test func `a closed connection fails with a sentence and leaves no descriptor`() async throws {
        let driver = try TestDriver(domains: ["web"])
        let connection = try await driver.connect()
        await connection.close()
        let error = await #expect(throws: VirError.self) { try await connection.domains() }
        #expect(error?.message.contains("is closed") == true)
        #expect(await !connection.isAlive)
    }
}
