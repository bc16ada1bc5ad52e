// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What remediation is told, each a value by itself: it may come from this process, or over a pipe from another one. What
/// it tells are `Decision`s.
public enum RemediationInput: Hashable, Codable, Sendable {
    case event(DomainEvent)
    /// A change that no event told of.
    case finding(DomainFinding)
    /// An alert that fires or is resolved, and the domain that its labels name.
    case alert(Alert, of: DomainIdentity)
    /// A sample of a running domain's signs of life.
    case vitals(DomainVitals, of: DomainIdentity)
    /// All domains of a connection, once it is open. `isHere`: they are domains of this machine.
    case listing([ListedStatus], of: String, isHere: Bool)

    /// How a domain stood when it was listed.
    public struct ListedStatus: Hashable, Codable, Sendable {
        public let domain: DomainIdentity
        public let status: DomainStatus

        public init(_ domain: DomainIdentity, _ status: DomainStatus) {
            self.domain = domain
            self.status = status
        }
    }
}
