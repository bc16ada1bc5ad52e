// SPDX-License-Identifier: Apache-2.0

/// Why a domain is in the state it is in.
public enum Cause: String, CaseIterable, Codable, Sendable {
    case guestPoweroff = "guest-poweroff"
    case hostSignal = "host-signal"
    case adminDestroy = "admin-destroy"
    case hypervisorCrash = "hypervisor-crash"
    case panic
    case watchdog
    case ioError = "io-error"
    case kdump
    case userPause = "user-pause"
    case saved
    case migrated
    /// It ended in the midst of a migration, from here or to here: the other host may run it.
    case migrationFailed = "migration-failed"
    case fromSnapshot = "from-snapshot"
    case startFailed = "start-failed"
    case cleanUnknown = "clean-unknown"
    case crashOrTerminated = "crash-or-terminated"
    case lost
    /// It ran before the machine was booted, and nothing has started it since.
    case hostReboot = "host-reboot"
    /// The guest does nothing and answers to nothing.
    case hung
    /// The hypervisor's process does not answer libvirt.
    case monitorHung = "monitor-hung"
    /// The guest reboots over and over, by itself or by libvirt's own policy.
    case rebootLoop = "reboot-loop"
    /// Many domains of one host failed at once.
    case storm
    case reboot
    case started
    case expected
    /// Nothing changed; an alert fires.
    case alert
    case unknown

    /// Whether somebody wanted it, or may have the domain elsewhere: such a state is never undone, whatever a policy says.
    public var isIntended: Bool {
        switch self {
        case .guestPoweroff, .adminDestroy, .userPause, .saved, .migrated, .migrationFailed, .fromSnapshot, .expected:
            true
        default: false
        }
    }

    /// Whether a policy may name it as what starts a repair.
    public var mayStartRepair: Bool {
        switch self {
        case .kdump, .reboot, .rebootLoop, .storm, .started, .alert, .unknown: false
        default: !isIntended
        }
    }

    /// Whether a domain that runs can need a repair for it.
    var isOfRunning: Bool { self == .alert || self == .hung || self == .monitorHung }

    /// Why a domain with this cause is left alone, where the cause alone is the reason.
    var reasonToLeave: String {
        switch self {
        case .guestPoweroff: "the guest powered itself off (an obeyed shutdown request looks the same)"
        case .adminDestroy: "somebody powered the domain off"
        case .userPause: "somebody paused the domain"
        case .saved: "the domain was saved"
        case .migrated: "the domain migrated away"
        case .migrationFailed: "a migration of the domain did not end: the other host may run it"
        case .fromSnapshot: "the state comes from a snapshot"
        case .cleanUnknown: "the domain was shut down in order"
        case .kdump: "the guest's kernel writes its crash dump"
        case .reboot: "the domain rebooted by itself"
        case .started: "the domain runs again"
        default: "the cause is not known well enough"
        }
    }
}

/// How sure a judgement is.
public enum Confidence: String, Codable, Sendable {
    case low, medium, high
}

/// What a classifier found.
public struct Judgement: Hashable, Codable, Sendable {
    public let cause: Cause
    public let confidence: Confidence
    /// The events and the state that led to it, for the log.
    public let evidence: String

    public init(cause: Cause, confidence: Confidence, evidence: String) {
        self.cause = cause
        self.confidence = confidence
        self.evidence = evidence
    }
}
