// SPDX-License-Identifier: Apache-2.0
import Daemon
import Libvirt
import Remediation
import Sampling
import SeriesStore
import Synchronization
import TestHosts
import Testing
import Vocabulary

/// Domains whose definition cannot be read: nobody knows who manages them, or what their owners wish.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DefinitionTests {
    private let board = Board(store: Store())
    private let lines = Lines()

    private func watch(_ uri: String) -> HostWatch {
        let plan = SamplingPlan(interval: .milliseconds(50), slowInterval: .milliseconds(100))
        return HostWatch(
            .init(name: "local", uri: uri, writes: true, sampling: plan), board: board, log: lines.logger(),
            listener: Listening())
    }

    /// What remediation says of a crash of the domain, and the steps that it takes.
    private func decision(of domain: DomainIdentity, on host: HostWatch) async -> (Decision?, [String]) {
        let hands = NotingHands(host: host)
        let (stream, says) = AsyncStream.makeStream(of: Decision.self)
        let policy = Policy(settle: .zero, verify: .zero)
        let room = RemediationRoom(
            settings: RemediationSettings(mode: .auto, policies: [policy]), journal: nil, hands: hands
        ) { says.yield($0) }
        await room.take(
            .event(DomainEvent(domain: domain, kind: "lifecycle", detail: "stopped_failed", time: .now)))
        var first: Decision?
        for await decision in stream.prefix(1) { first = decision }
        await room.stop()
        return (first, hands.performed)
    }

    @Test func `a domain whose definition cannot be read is only observed, and that is counted`() async throws {
        let directory = try OwnedDirectory()
        let long = String(repeating: "x", count: 5 << 20)
        let node = """
            <node><domain type='test'><name>web</name><memory>1024</memory><vcpu>1</vcpu><os><type>hvm</type></os>
            <description>\(long)</description></domain></node>
            """
        let host = watch("test://\(try directory.write("host.xml", node.utf8))")
        await host.start()
        try await waitUntil("it is connected, and sampled") { board.has(#"libvirt_domain_state{domain="web""#) }
        try await waitUntil("it is counted") { board.value("virtwarden_definitions_unreadable") == 1 }
        let writer = try await host.writer(for: "virDomainDestroy")
        let web = try #require(await host.identity(ofDomain: "web"))
        try await writer.destroy(ObjectUUID(web.uuid))
        let (decision, performed) = await decision(of: web, on: host)
        #expect(decision?.outcome == .wouldAct)
        #expect(decision?.reason.contains("its definition cannot be read: ") == true)
        #expect(performed.isEmpty)
        try await waitUntil("it is read again") {
            lines.all.count { $0.contains("cannot read a definition") } > 1
        }
        let warnings = lines.all.filter { $0.contains("cannot read a domain's definition") }
        #expect(warnings.count == 1)
        await host.stop()
        await directory.remove()
    }

    @Test func `a definition that libvirt cannot send is as good as none until it can`() async throws {
        let daemon = try await PrivateLibvirtd.start()
        try await daemon.define("web")
        let host = watch(daemon.uri)
        await host.start()
        try await waitUntil("it is shown") { board.has(#"libvirt_domain_info{domain="web""#) }
        let web = try #require(await host.identity(ofDomain: "web"))
        #expect(await host.facts(of: web)?.wish?.problems.first == nil)
        // Each quotation mark is six bytes in a definition, of which 4 MiB fit into an answer.
        let text = String(repeating: "\"", count: 1 << 20)
        let xml = try await daemon.virsh("dumpxml", "web")
        func define(_ description: String) async throws {
            let changed = xml.replacing("</name>", with: "</name><description>\(description)</description>")
            try await daemon.virsh("define", daemon.directory.write("changed.xml", changed.utf8))
        }
        try await define(text)
        try await waitUntil("it is not readable any more") { board.value("virtwarden_definitions_unreadable") == 1 }
        let (decision, performed) = await decision(of: web, on: host)
        #expect(decision?.outcome == .wouldAct && performed.isEmpty)
        try await define("short")
        try await waitUntil("it is readable again") { board.value("virtwarden_definitions_unreadable") == 0 }
        #expect(await host.facts(of: web)?.wish?.problems.first == nil)
        await host.stop()
        await daemon.stop()
    }
}

/// Sees domains as the agent does, and only notes what it is to do.
private final class NotingHands: DomainHands {
    private let host: HostWatch
    private let noted = Mutex<[String]>([])

    init(host: HostWatch) {
        self.host = host
    }

    var performed: [String] { noted.withLock { $0 } }

    /// As after a crash.
    func facts(of domain: DomainIdentity) async -> DomainFacts? {
        var facts = await host.facts(of: domain)
        facts?.status = DomainStatus(state: "shutoff", reason: "crashed")
        return facts
    }

    func perform(_ action: any Action, _ order: StepOrder) async -> StepOutcome {
        noted.withLock { $0.append(action.name) }
        return StepOutcome()
    }
}
