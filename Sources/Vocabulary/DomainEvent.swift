// SPDX-License-Identifier: Apache-2.0

/// One thing that libvirt said of a domain, in libvirt's words, at the moment it was heard.
public struct DomainEvent: Hashable, Sendable, Codable {
    public let domain: DomainIdentity
    /// The event's family: `lifecycle`, `reboot`, `watchdog`, `io_error`, `control_error`, `agent` …
    public let kind: String
    /// What happened within the family: `stopped_failed`, `crashed_panicked`, `reset`, `pause` … Never free text.
    public let detail: String
    /// Free text that came with the event (a disk alias, an error reason); untrusted, never a label.
    public let note: String
    public let time: Timestamp

    public init(domain: DomainIdentity, kind: String, detail: String, note: String = "", time: Timestamp) {
        self.domain = domain
        self.kind = kind
        self.detail = detail
        self.note = note
        self.time = time
    }
}

/// What is known of a domain when a decision is taken about it.
public struct DomainFacts: Hashable, Sendable, Codable {
    public var identity: DomainIdentity
    public var status: DomainStatus
    public var isPersistent: Bool
    /// libvirt's driver reports a managed save image: the owner saved the domain, a start would restore it.
    public var hasManagedSave: Bool
    /// Who else manages the domain (`nova`, `ovirt`, `kubevirt`), read from its metadata; nil when nobody does.
    public var manager: String?
    /// Of the elements in its metadata.
    public var namespaces: [String] = []
    /// `<on_crash>` of the definition, libvirt's word.
    public var onCrash: String?
    /// What libvirt does when the watchdog fires, its word; nil without a watchdog.
    public var watchdogAction: String?
    /// libvirt's numeric id, positive while the domain runs; 0 is Xen's Domain-0.
    public var id: Int?
    /// Whether libvirt sees a guest agent in its channel; nil when there is no channel, or that is not known.
    public var isAgentConnected: Bool?
    /// libvirt's driver by the scheme of its addresses: `qemu`, `xen`, `lxc`, `test`; nil when that is not known.
    public var driver: String?
    /// What its owner wishes; nil when its metadata says nothing.
    public var wish: DomainWish?
    public var circumstances = DomainCircumstances()

    public init(
        identity: DomainIdentity, status: DomainStatus, isPersistent: Bool, hasManagedSave: Bool = false,
        manager: String? = nil, onCrash: String? = nil, id: Int? = nil, isAgentConnected: Bool? = nil,
        driver: String? = nil
    ) {
        self.identity = identity
        self.status = status
        self.isPersistent = isPersistent
        self.hasManagedSave = hasManagedSave
        self.manager = manager
        self.onCrash = onCrash
        self.id = id
        self.isAgentConnected = isAgentConnected
        self.driver = driver
    }
}

/// A change of state that no event told of, found by comparing a list with what was last known.
public struct DomainFinding: Hashable, Sendable, Codable {
    public let domain: DomainIdentity
    public let before: DomainStatus
    /// nil when the domain is gone from the list.
    public let now: DomainStatus?
    /// Whether the machine was booted between the two.
    public let isAcrossBoot: Bool
    public let time: Timestamp

    public init(
        domain: DomainIdentity, before: DomainStatus, now: DomainStatus?, isAcrossBoot: Bool = false, time: Timestamp
    ) {
        self.domain = domain
        self.before = before
        self.now = now
        self.isAcrossBoot = isAcrossBoot
        self.time = time
    }
}
