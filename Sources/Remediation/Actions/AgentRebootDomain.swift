// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Lets the guest's agent reboot the guest (`virDomainReboot` with `VIR_DOMAIN_REBOOT_GUEST_AGENT`): the gentlest way,
/// and the one that a guest which hangs does not go.
public struct AgentRebootDomain: Action {
    public let name = "agent-reboot"
    public let isDestructive = true
    public let effects = ["reboot", "reboot", "reboot"]
    /// The longest that the agent has for one answer.
    private static let answerLimit = Duration.seconds(10)

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        guard facts.status.isRunning else { return "the domain does not run" }
        return facts.isAgentConnected == true ? nil : "no guest agent is connected"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        // So long libvirt waits for the agent to be in step. Once it is, libvirt 9.0 waits a minute for the answer to this
        // command, whatever it was told: then the step's own time ends the wait.
        try await connection.rebootByAgent(order.uuid, timeout: min(order.timeout / 4, Self.answerLimit))
    }
}
