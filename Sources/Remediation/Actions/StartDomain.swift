// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Starts a domain that is shut off (`virDomainCreate`).
public struct StartDomain: Action {
    public let name = "start"
    public let needsDefinition = true
    public let effects = ["started_booted", "resumed_unpaused"]

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.state == "shutoff" ? nil : "the domain is not shut off"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.start(order.uuid)
    }
}
