// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Powers an active domain off and starts it anew (`virDomainDestroy`, `virDomainCreate`).
public struct DestroyStartDomain: Action {
    public let name = "destroy-start"
    public let needsDefinition = true
    public let isDestructive = true
    public let effects = ["shutdown_host", "stopped_destroyed", "started_booted", "resumed_unpaused"]
    public let halfway: DomainStatus? = DomainStatus(state: "shutoff", reason: "destroyed")

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.isActive ? nil : "the domain is not active"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.destroy(order.uuid)
        try checkCancellation()
        try await connection.start(order.uuid)
    }
}

extension DomainStatus {
    /// Whether the domain has a process, or a virtual machine, of its own.
    var isActive: Bool {
        ["running", "blocked", "paused", "crashed", "shutdown", "pmsuspended"].contains(state)
    }
}
