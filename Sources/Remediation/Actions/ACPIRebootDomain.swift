// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Presses the power button of a running domain, and lets the power-off that follows be a reset (`virDomainReboot`
/// with `VIR_DOMAIN_REBOOT_ACPI_POWER_BTN`). A guest that hangs, or listens to no button, ignores it.
public struct ACPIRebootDomain: Action {
    public let name = "acpi-reboot"
    public let isDestructive = true
    public let effects = ["reboot", "reboot", "reboot"]

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.isRunning ? nil : "the domain does not run"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.rebootByACPI(order.uuid)
    }
}
