// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// One moment on both clocks: the monotonic one measures, the wall clock is for display and for the journal.
public struct Moment: Hashable, Sendable {
    /// Monotonic, since any fixed start.
    public let uptime: Duration
    public let time: Timestamp

    public init(uptime: Duration, time: Timestamp) {
        self.uptime = uptime
        self.time = time
    }
}

/// One step that is to be performed.
public struct Attempt: Hashable, Codable, Sendable {
    public let domain: DomainIdentity
    public let incident: String
    /// Counts passes through the ladder in one incident, from 1.
    public let number: Int
    public let policy: String
    public let action: String
    public let cause: Cause

    public init(
        domain: DomainIdentity, incident: String, number: Int, policy: String, action: String, cause: Cause
    ) {
        self.domain = domain
        self.incident = incident
        self.number = number
        self.policy = policy
        self.action = action
        self.cause = cause
    }
}

/// What the state machine wants done.
public enum Order: Hashable, Sendable {
    /// Read the domain's facts afresh and hand them to `facts`.
    case look(DomainIdentity)
    /// Perform the step and tell `finished`.
    case perform(Attempt)
    /// Tell the world, once.
    case report(Decision)
    /// Remember that the domain is quarantined, or is no longer.
    case quarantine(Quarantine)
    case release(DomainIdentity)
    /// Remember what goes on when nobody holds it any more, until another decision about the domain is taken.
    case hold(HeldIncident)
    /// Remember an incident between two steps, or that it has ended.
    case keep(OpenIncident)
    case close(DomainIdentity)
}
