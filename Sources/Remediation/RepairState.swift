// SPDX-License-Identifier: Apache-2.0

/// Where a domain stands, in one word. A domain of which nothing is remembered is healthy, or left as it is.
public enum RepairState: String, CaseIterable, Sendable {
    case healthy
    case suspect
    case held
    case backoff
    case acting
    case verifying
    case probation
    case quarantined
}

extension Phase {
    var state: RepairState {
        switch self {
        case .idle: .healthy
        case .collecting: .suspect
        case .held: .held
        case .waiting, .queued, .granted: .backoff
        case .acting: .acting
        case .verifying: .verifying
        case .probation: .probation
        case .quarantined: .quarantined
        }
    }
}
