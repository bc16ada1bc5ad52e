// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing
import Vocabulary

@testable import Remediation

/// What an agent tells the one after it.
@Suite struct KnownDomainsTests {
    private static let running = DomainStatus(state: "running", reason: "booted")
    private static let off = DomainStatus(state: "shutoff", reason: "crashed")

    private func list(_ known: inout KnownDomains, _ status: DomainStatus?) -> [KnownDomains.Missed] {
        known.list(status.map { [.init(Scene.domain, $0)] } ?? [], of: "local")
    }

    /// What the next agent starts from.
    private func next(_ known: KnownDomains) async throws -> KnownDomains {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("known-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("journal.db").path
        var old = known
        let rows = Dictionary(uniqueKeysWithValues: old.takeChanged().map { ($0, known[$0]) })
        try await Journal(path: path).keep(rows)
        var new = KnownDomains()
        new.restore(try await Journal(path: path).running())
        return new
    }

    @Test func `a domain that stopped while no agent listened is told, once`() async throws {
        var known = KnownDomains()
        #expect(list(&known, Self.running).isEmpty)
        var after = try await next(known)
        let missed = list(&after, Self.off)
        #expect(missed.map(\.known.domain) == [Scene.domain] && missed.map(\.status) == [Self.off])
        #expect(list(&after, Self.off).isEmpty)
    }

    @Test func `what was heard and not judged is told with its events`() async throws {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        for word in ["stopped_failed", "stopped_failed", "agent_lifecycle"] { known.hear(Scene.event(word)) }
        var after = try await next(known)
        #expect(list(&after, Self.off).first?.known.events == [Scene.event("stopped_failed")])
    }

    @Test func `what was judged, or runs, or is of another connection is not told`() async throws {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        known.hear(Scene.event("stopped_destroyed"))
        known.judged(Scene.domain, isRunning: false)
        var judged = try await next(known)
        #expect(list(&judged, Self.off).isEmpty)
        known.hear(Scene.event("started_booted"))
        var runs = try await next(known)
        #expect(runs.list([], of: "other").isEmpty)
        #expect(list(&runs, Self.running).isEmpty)
    }

    @Test func `the end of a domain that was taken for off is kept`() async throws {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        known.judged(Scene.domain, isRunning: false)
        known.hear(Scene.event("stopped_failed"))
        var after = try await next(known)
        #expect(list(&after, Self.off).first?.known.events == [Scene.event("stopped_failed")])
    }

    /// What was done about the domain: a crash, and a power-off and a start of our own of which nobody saw the end.
    private static func inheritance(isFinished: Bool) -> Inheritance {
        let attempt = Attempt(
            domain: Scene.domain, incident: "i", number: 1, policy: "default", action: "destroy-start", cause: .panic)
        let past = Inheritance.Past(
            attempt: attempt, began: Timestamp(milliseconds: 1_000_000), isFinished: isFinished)
        return Inheritance(attempts: [past], quarantined: [])
    }

    @Test(arguments: [(false, ["crashed_panicked"]), (true, ["crashed_panicked", "stopped_destroyed"])])
    func `what a step that goes on has caused is no order of somebody else`(isFinished: Bool, told: [String])
        async throws
    {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        for word in ["crashed_panicked", "stopped_destroyed"] { known.hear(Scene.event(word)) }
        var after = try await next(known)
        after.explain(by: Self.inheritance(isFinished: isFinished))
        #expect(list(&after, Self.off).first?.known.events == told.map(Scene.event))
    }

    @Test func `the next agent starts what the one before had powered off, though it heard of that`() async throws {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        for word in ["crashed_panicked", "stopped_destroyed"] { known.hear(Scene.event(word)) }
        var after = try await next(known)
        var scene = Scene()
        scene.facts?.status = Scene.status("shutoff destroyed")
        let inheritance = Self.inheritance(isFinished: false)
        after.explain(by: inheritance)
        scene.carryOut(scene.machine.restore(inheritance, now: scene.now))
        for event in list(&after, Scene.status("shutoff destroyed")).first?.known.events ?? [] {
            scene.carryOut(scene.machine.hear(event, now: scene.now))
        }
        scene.pass(.seconds(60))
        #expect(scene.actions == ["start"])
    }

    @Test func `a domain that is gone is told as gone`() async throws {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        var after = try await next(known)
        #expect(list(&after, nil).map(\.status) == [nil])
    }

    @Test func `a flood of domains and events is bounded`() {
        var known = KnownDomains()
        _ = list(&known, Self.running)
        for number in 0..<100 { known.hear(Scene.event(number % 2 == 0 ? "stopped_failed" : "stopped_crashed")) }
        #expect(known[Scene.domain.key]?.events.count == 8)
        let many = (0..<20_000).map { number in
            RemediationInput.ListedStatus(
                DomainIdentity(connection: "many", uuid: DomainUUID(high: 9, low: number), name: "x"), Self.running)
        }
        _ = known.list(many, of: "many")
        #expect(known.changed.count == 10_000)
    }
}
