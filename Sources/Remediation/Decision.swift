// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What was decided of a domain, done or refused: one line of the log, one count.
public struct Decision: Hashable, Codable, Sendable {
    public enum Outcome: String, CaseIterable, Codable, Sendable {
        /// A step begins.
        case acted
        /// A step would have begun, were the mode `auto`.
        case wouldAct = "would-act"
        /// The domain needs no repair, or nobody asked for one.
        case leftAlone = "left-alone"
        /// Judged again later, for the reason given.
        case held
        /// A repair was asked for, and something forbids it.
        case refused
        /// A step ended and the domain runs.
        case succeeded
        /// A step ended and the domain does not run.
        case failed
        /// The budget is spent; the domain is quarantined.
        case gaveUp = "gave-up"
    }

    public let domain: DomainIdentity
    /// Joins the decisions of one incident.
    public let incident: String
    public let cause: Cause
    public let confidence: Confidence
    public let evidence: String
    /// The action that the decision is about, when it is about one.
    public let action: String?
    public let outcome: Outcome
    /// One clause, lower case.
    public let reason: String
    public let policy: String?
    public let time: Timestamp
    /// Why nothing was done, or not yet; nil when something was.
    public var skip: SkipReason?
    /// How long ago the incident began.
    public var age: Duration?

    public init(
        domain: DomainIdentity, incident: String, judgement: Judgement, action: String?, outcome: Outcome,
        reason: String, policy: String?, time: Timestamp
    ) {
        self.domain = domain
        self.incident = incident
        cause = judgement.cause
        confidence = judgement.confidence
        evidence = judgement.evidence
        self.action = action
        self.outcome = outcome
        self.reason = reason
        self.policy = policy
        self.time = time
        skip = outcome.skip
    }
}
