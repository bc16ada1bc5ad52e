// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Presses the reset button of a running domain (`virDomainReset`). A paused one would stay paused.
public struct ResetDomain: Action {
    public let name = "reset"
    public let isDestructive = true
    public let effects = ["reboot", "reboot", "reboot"]

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.isRunning ? nil : "the domain does not run"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.reset(order.uuid)
    }
}
