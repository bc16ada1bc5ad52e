// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// One way to repair a domain: a precondition and an effect. The bound on its use is the policy's budget.
public protocol Action: Sendable {
    /// The name in a ladder, in the log and in metrics.
    var name: String { get }
    /// Whether the action needs a persistent domain, since it starts it from its definition.
    var needsDefinition: Bool { get }
    /// Whether the action could change nothing for the better in this state, so that its step is skipped.
    func isVoid(in status: DomainStatus) -> Bool
    /// The effect. That it returns is no proof that the domain runs.
    func perform(on uuid: ObjectUUID, connection: Connection) async throws(VirError)
}
