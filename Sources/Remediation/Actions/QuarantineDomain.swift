// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Repairs the domain no further: leaves it as it is, for people to look at, and quarantines it. The last step of a ladder
/// that must not begin again.
public struct QuarantineDomain: Action {
    public let name = "quarantine"

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? { nil }

    /// Nothing is done to the domain; the state machine ends its incident.
    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {}
}
