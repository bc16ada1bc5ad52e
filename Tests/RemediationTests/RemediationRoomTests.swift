// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import Synchronization
import TestHosts
import Testing
import Vocabulary

@testable import Remediation

@Suite struct RemediationRoomTests {
    /// Hands on a real connection to libvirt's test driver.
    private struct TestHands: DomainHands {
        let connection: Connection
        /// Whether whoever looks finds it crashed, whatever it is.
        var isOff: @Sendable () -> Bool = { false }

        func facts(of domain: DomainIdentity) async -> DomainFacts? {
            let uuid = ObjectUUID(high: domain.uuid.high, low: domain.uuid.low)
            // Silence is right: no facts is what the protocol says of a domain that can't be read.
            if isOff() {
                let status = DomainStatus(state: "shutoff", reason: "crashed")
                return DomainFacts(identity: domain, status: status, isPersistent: true)
            }
            guard let listed = try? await connection.domain(uuid) else { return nil }
            let status = DomainStatus(state: listed.status.state.name, reason: listed.status.reasonName)
            return DomainFacts(identity: domain, status: status, isPersistent: listed.isPersistent, id: listed.id)
        }

        func perform(_ action: any Action, _ order: StepOrder) async -> StepOutcome {
            let connection = connection
            return await action.carryOut(
                order,
                links: StepLinks {
                    connection
                } close: { _ in
                })
        }
    }

    /// A world of one domain, which every connection has for itself.
    private static let node = """
        <node><domain type="test"><name>web1</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
        <memory>8192</memory><vcpu>1</vcpu><os><type arch="i686">hvm</type></os></domain></node>
        """

    /// Opens a world of its own and crashes its domain.
    private func crashed() async throws -> (Connection, DomainIdentity) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("node-\(UUID().uuidString).xml")
        try Self.node.write(to: file, atomically: true, encoding: .utf8)
        let connection = try await Connection.open("test://\(file.path)", access: .readWrite)
        try FileManager.default.removeItem(at: file)
        let first = try #require(try await connection.domains().first)
        try await connection.destroy(first.uuid)
        let uuid = DomainUUID(high: first.uuid.high, low: first.uuid.low)
        return (connection, DomainIdentity(connection: "test", uuid: uuid, name: first.name))
    }

    private func outcomes(_ mode: RemediationSettings.Mode, count: Int) async throws -> ([Decision.Outcome], String) {
        let (connection, domain) = try await crashed()
        let policy = Policy(
            settle: .zero, backoff: Backoff(base: .milliseconds(1), factor: 1, max: .milliseconds(1), jitter: 0),
            verify: .zero)
        let (stream, continuation) = AsyncStream<Decision>.makeStream()
        let room = RemediationRoom(
            settings: RemediationSettings(mode: mode, policies: [policy]), journal: nil,
            hands: TestHands(connection: connection)
        ) { continuation.yield($0) }
        await room.take(
            .event(
                DomainEvent(
                    domain: domain, kind: "lifecycle", detail: "stopped_failed", time: Timestamp(milliseconds: 0))))
        var outcomes: [Decision.Outcome] = []
        for await decision in stream.prefix(count) { outcomes.append(decision.outcome) }
        await room.stop()
        return (outcomes, try await connection.domains().first?.status.state.name ?? "")
    }

    @Test(.timeLimit(.minutes(1))) func `starts a domain of libvirt and says so`() async throws {
        let (outcomes, state) = try await outcomes(.auto, count: 2)
        #expect(outcomes == [.acted, .succeeded])
        #expect(state == "running")
    }

    @Test(.timeLimit(.minutes(1))) func `only says so when it observes`() async throws {
        let (outcomes, state) = try await outcomes(.observe, count: 1)
        #expect(outcomes == [.wouldAct])
        #expect(state == "shutoff")
    }

    @Test(.timeLimit(.minutes(1))) func `who crashes as soon as it is repaired is known to the next agent`()
        async throws
    {
        let (connection, domain) = try await crashed()
        let directory = try OwnedDirectory()
        let journal = try Journal(path: directory.path + "/remediation.db")
        var policy = Policy(settle: .zero, verify: .zero)
        let (stream, continuation) = AsyncStream<Decision>.makeStream()
        // Whoever looks after the repair finds it off, before its event is told.
        let isRepaired = Switch()
        let room = RemediationRoom(
            settings: RemediationSettings(mode: .auto, policies: [policy]), journal: journal,
            hands: TestHands(connection: connection) { isRepaired.isOn }
        ) { decision in
            if decision.outcome == .succeeded { isRepaired.turnOn() }
            continuation.yield(decision)
        }
        try await room.start()
        let crash = DomainEvent(
            domain: domain, kind: "lifecycle", detail: "stopped_failed", time: Timestamp(milliseconds: 0))
        await room.take(
            .listing(
                [RemediationInput.ListedStatus(domain, DomainStatus(state: "running", reason: "booted"))], of: "test",
                isHere: true))
        await room.take(.event(crash))
        for await decision in stream where decision.outcome == .succeeded { break }
        // Whoever has looked is heard by then.
        for _ in 0..<1000 { _ = await room.overview }
        policy.settle = .seconds(3600)
        await room.reload(RemediationSettings(mode: .auto, policies: [policy]))
        await room.take(.event(crash))
        try await waitUntil("its crash is written down") {
            try await journal.running().map { $0.events } == [[crash]]
        }
        await room.stop()
        await connection.close()
        await directory.remove()
    }
}

private final class Switch: Sendable {
    private let state = Mutex(false)
    var isOn: Bool { state.withLock { $0 } }
    func turnOn() { state.withLock { $0 = true } }
}
