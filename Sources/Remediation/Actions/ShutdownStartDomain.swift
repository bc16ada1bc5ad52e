// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Presses the power button (`virDomainShutdownFlags`), waits until the guest has powered itself off, and starts the
/// domain anew. A guest that does not obey within the step's time makes the step fail.
public struct ShutdownStartDomain: Action {
    public let name = "shutdown-start"
    public let needsDefinition = true
    public let isDestructive = true
    public let effects = ["shutdown_guest", "stopped_shutdown", "started_booted", "resumed_unpaused"]
    public let halfway: DomainStatus? = DomainStatus(state: "shutoff", reason: "shutdown")

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.isRunning ? nil : "the domain does not run"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.pressPowerButton(order.uuid)
        let end = ContinuousClock.now.advanced(by: order.timeout)
        while try await connection.state(of: order.uuid).state != .shutoff {
            guard ContinuousClock.now < end else { throw failure("the guest did not power off", .operationTimeout) }
            // Silence is right: the check says that the step was given up.
            try? await Task.sleep(for: .milliseconds(250))
            try checkCancellation()
        }
        try await connection.start(order.uuid)
    }
}
