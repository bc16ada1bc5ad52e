// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Sends a running domain the interrupt that can't be masked (`virDomainInjectNMI`). A guest that is set up for it panics
/// on it, and so leaves a dump of its own; others ignore it.
public struct InjectNMI: Action {
    public let name = "inject-nmi"
    public let isDestructive = true
    /// Drivers that can't, by the scheme of their addresses.
    private static let without: Set<String> = [
        "lxc", "openvz", "test", "bhyve", "esx", "vpx", "hyperv", "vmwareplayer",
    ]

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        guard facts.status.isRunning else { return "the domain does not run" }
        return facts.driver.flatMap { Self.without.contains($0) ? "libvirt's driver \($0) has no NMI" : nil }
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.injectNMI(order.uuid)
    }
}
