// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// What remediation needs of the world: to see a domain and to change it. Where no action may happen, the mode sees
/// to it that `perform` is never called.
public protocol DomainHands: Sendable {
    /// Read now, never remembered; nil when the domain is gone or its host does not answer.
    func facts(of domain: DomainIdentity) async -> DomainFacts?
    func perform(_ action: any Action, on domain: DomainIdentity) async throws(VirError)
}

extension Action {
    /// The effect on the domain with this UUID.
    public func perform(on uuid: DomainUUID, connection: Connection) async throws(VirError) {
        try await perform(on: ObjectUUID(high: uuid.high, low: uuid.low), connection: connection)
    }
}
