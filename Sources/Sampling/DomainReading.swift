// SPDX-License-Identifier: Apache-2.0
public import DomainXML
public import Libvirt
public import Vocabulary

/// All that was read of one domain for one round; nil is "not read" or "not reported".
public struct DomainReading: Sendable {
    public var stats: DomainStats
    public var description: DomainDescription?
    public var isPersistent: Bool?
    public var hasAutostart: Bool?
    public var hasManagedSave: Bool?
    /// Whether the domain's monitor did not answer in time.
    public var isTimedOut: Bool?
    /// When the domain was started, as far as that is known; nil while it does not run.
    public var startedAt: Timestamp?
    /// When this was read; nil for a domain that does not run.
    public var time: Timestamp?
    /// What single calls told.
    public var details: DomainDetails?
    /// What the guest's agent told.
    public var guest: GuestInfo?
    /// nil when the domain has no channel for an agent, or does not run.
    public var isGuestAgentUp: Bool?

    public init(
        stats: DomainStats, description: DomainDescription? = nil, isPersistent: Bool? = nil,
        hasAutostart: Bool? = nil, hasManagedSave: Bool? = nil, isTimedOut: Bool? = nil,
        startedAt: Timestamp? = nil, details: DomainDetails? = nil, guest: GuestInfo? = nil, isGuestAgentUp: Bool? = nil
    ) {
        self.stats = stats
        self.description = description
        self.isPersistent = isPersistent
        self.hasAutostart = hasAutostart
        self.hasManagedSave = hasManagedSave
        self.isTimedOut = isTimedOut
        self.startedAt = startedAt
        self.details = details
        self.guest = guest
        self.isGuestAgentUp = isGuestAgentUp
    }
}
