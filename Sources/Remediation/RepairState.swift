// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

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

/// What a state machine stands at, for metrics.
public struct RepairOverview: Sendable {
    public struct Entry: Sendable {
        public let domain: DomainIdentity
        public let state: RepairState
    }

    /// The domains that are not healthy, by name.
    public let entries: [Entry]
    /// The connections on which a storm holds all repairs.
    public let storms: Set<String>

    public func count(_ state: RepairState) -> Int {
        entries.count { $0.state == state }
    }
}

extension Remediator {
    public func overview(now: Moment) -> RepairOverview {
        let entries = records.values.flatMap(\.values)
            .map { RepairOverview.Entry(domain: $0.domain, state: $0.phase.state) }
            .filter { $0.state != .healthy }
            .sorted { ($0.domain.connection, $0.domain.name) < ($1.domain.connection, $1.domain.name) }
        let storms = gates.filter { ($0.value.stormEnd ?? .zero) > now.uptime }.keys
        return RepairOverview(entries: entries, storms: Set(storms))
    }
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
