// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// One way to repair a domain: a precondition and an effect. The bound on its use is the policy's budget.
public protocol Action: Sendable {
    /// The name in a ladder, in the log and in metrics.
    var name: String { get }
    /// Whether the action needs a persistent domain, since it starts it from its definition.
    var needsDefinition: Bool { get }
    /// Whether what the guest does and shows is lost by it, so that evidence is kept first.
    var isDestructive: Bool { get }
    /// The words of the events that it causes, each as often as it is told.
    var effects: [String] { get }
    /// How long a domain must run after it, at least, for it to have helped.
    var trial: Duration { get }
    /// What a domain is between two halves of the action: a state that looks like somebody's order, and is our own.
    var halfway: DomainStatus? { get }
    /// Why the action could change nothing for the better now, one clause, so that its step is skipped; nil when it could.
    func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String?
    /// The effect. That it returns is no proof that the domain runs. It stops between its halves when its task is
    /// cancelled.
    func perform(_ order: StepOrder, connection: Connection) async throws(VirError)
}

extension Action {
    public var needsDefinition: Bool { false }
    public var isDestructive: Bool { false }
    public var effects: [String] { [] }
    public var halfway: DomainStatus? { nil }
    public var trial: Duration { .zero }

    /// An error of the action itself, not of libvirt.
    func failure(_ message: String, _ code: VirError.Code = .operationFailed) -> VirError {
        VirError(code: code, domain: 0, call: name, message: message)
    }

    /// Ends a step that nobody waits for any more before its next half.
    func checkCancellation() throws(VirError) {
        if Task.isCancelled { throw failure("it was given up before its second half", .operationTimeout) }
    }
}

/// One step, with all that its action may use.
public struct StepOrder: Hashable, Sendable {
    public let attempt: Attempt
    /// How long the step may take.
    public let timeout: Duration
    public let means: ActionMeans

    public init(_ attempt: Attempt, timeout: Duration, means: ActionMeans = ActionMeans()) {
        self.attempt = attempt
        self.timeout = timeout
        self.means = means
    }

    var uuid: ObjectUUID { ObjectUUID(high: attempt.domain.uuid.high, low: attempt.domain.uuid.low) }
}

extension StepOrder {
    /// The order that a policy's step makes of an attempt.
    public init(_ attempt: Attempt, by policy: Policy?) {
        let step = policy?.ladder.first { $0.action == attempt.action }
        self.init(attempt, timeout: step?.timeout ?? Remediator.startTimeout, means: policy?.means ?? ActionMeans())
    }
}
