// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What remediation needs of the world: to see a domain and to change it. Where no action may happen, the mode sees
/// to it that `perform` is never called.
public protocol DomainHands: Sendable {
    /// Read now, never remembered; nil when the domain is gone or its host does not answer.
    func facts(of domain: DomainIdentity) async -> DomainFacts?
    /// Returns within the step's time and a little more, whatever libvirt does.
    func perform(_ action: any Action, _ order: StepOrder) async -> StepOutcome
}

/// How the call of a step ended.
public struct StepOutcome: Hashable, Sendable, CustomStringConvertible {
    /// nil when it returned as it should, which proves nothing yet.
    public var problem: VirError?
    /// What was kept of the domain before, or why it was not, a clause each.
    public var evidence: [String]

    public init(problem: VirError? = nil, evidence: [String] = []) {
        self.problem = problem
        self.evidence = evidence
    }

    public var description: String {
        ([problem.map { "\($0)" } ?? "done"] + evidence).joined(separator: "; ")
    }
}

/// Where a step's connections come from: each call that may hang has one of its own.
public struct StepLinks: Sendable {
    let open: @Sendable () async throws(VirError) -> Connection
    let close: @Sendable (Connection) async -> Void

    public init(
        open: @escaping @Sendable () async throws(VirError) -> Connection,
        close: @escaping @Sendable (Connection) async -> Void
    ) {
        self.open = open
        self.close = close
    }

    /// Makes calls on a connection of their own, for at most `limit`; what hangs is left behind.
    func run<Value: Sendable>(
        within limit: Duration, _ call: String,
        _ body: @escaping @Sendable (Connection) async throws(VirError) -> Value
    ) async throws(VirError) -> Value {
        let connection = try await open()
        do throws(VirError) {
            let value = try await Deadline.run(within: limit, call) { () async throws(VirError) in
                try await body(connection)
            }
            await close(connection)
            return value
        } catch {
            await close(connection)
            throw error
        }
    }
}

extension Action {
    /// Keeps the evidence that the policy asks for, then performs the step; each within its time, whatever libvirt does.
    public func carryOut(_ order: StepOrder, links: StepLinks) async -> StepOutcome {
        var outcome = StepOutcome()
        if isDestructive { outcome.evidence = await EvidenceKeeper(order).keep(links) }
        do throws(VirError) {
            // What waits by itself ends by itself, a moment earlier.
            try await links.run(within: order.timeout + .seconds(2), name) { (connection) async throws(VirError) in
                try await perform(order, connection: connection)
            }
        } catch {
            outcome.problem = error
        }
        return outcome
    }
}
