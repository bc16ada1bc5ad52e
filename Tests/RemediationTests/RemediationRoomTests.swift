// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Libvirt
import Remediation
import Testing
import Vocabulary

@Suite struct RemediationRoomTests {
    /// Hands on a real connection to libvirt's test driver.
    private struct TestHands: DomainHands {
        let connection: Connection

        func facts(of domain: DomainIdentity) async -> DomainFacts? {
            let uuid = ObjectUUID(high: domain.uuid.high, low: domain.uuid.low)
            // Silence is right: no facts is what the protocol says of a domain that can't be read.
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

    private func outcomes(_ mode: RemediationSettings.Mode, count: Int) async throws -> ([Decision.Outcome], String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("node-\(UUID().uuidString).xml")
        try Self.node.write(to: file, atomically: true, encoding: .utf8)
        let connection = try await Connection.open("test://\(file.path)", access: .readWrite)
        try FileManager.default.removeItem(at: file)
        let first = try #require(try await connection.domains().first)
        let domain = DomainIdentity(
            connection: "test", uuid: DomainUUID(high: first.uuid.high, low: first.uuid.low), name: first.name)
        try await connection.destroy(first.uuid)
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
        return (outcomes, try await connection.domain(first.uuid).status.state.name)
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
}
