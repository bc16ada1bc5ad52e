// SPDX-License-Identifier: Apache-2.0

/// Why a step is not taken, or not yet, in one word: few enough to count by.
public enum SkipReason: String, CaseIterable, Codable, Sendable {
    /// Somebody wanted what happened.
    case intended
    /// No policy names the cause, or it is not known well enough.
    case cause
    case running
    /// The mode is `observe`, or was lowered meanwhile.
    case mode
    /// The domain's metadata asks for less.
    case metadata
    case manager
    case pause
    case maintenance
    case silence
    case killSwitch = "kill-switch"
    case hostShutdown = "host-shutdown"
    case storm
    /// A backup, a snapshot, a migration is under way.
    case job
    /// A pool or a network that the domain needs is not there.
    case missing
    /// libvirt itself is at work.
    case libvirt
    /// Other domains of the host go first.
    case turn
    /// Domains that it depends on go first.
    case dependency
    /// It waits after an attempt that failed.
    case backoff
    case savedState = "saved-state"
    case transient
    case gone
    case noStep = "no-step"
    case locked
    case budget
    case journal
    /// The alert is over, or the domain moves again.
    case over
    /// The settings have no such policy any more.
    case policy
    case other
}

extension Cause {
    /// Why a domain with this cause is left alone.
    var skip: SkipReason { isIntended || self == .cleanUnknown ? .intended : .cause }
}

extension Decision.Outcome {
    /// Why nothing was done, where nobody says more.
    var skip: SkipReason? {
        switch self {
        case .acted, .succeeded, .failed: nil
        case .wouldAct: .mode
        case .gaveUp: .budget
        case .leftAlone, .held, .refused: .other
        }
    }
}
