// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Goes back to the snapshot that the policy names (`virDomainRevertToSnapshot`), and runs from there. Whatever the guest
/// wrote since is lost, so no policy has it unless it names the snapshot.
public struct SnapshotRevertDomain: Action {
    public let name = "snapshot-revert"
    public let isDestructive = true
    public let effects = [
        "stopped_from_snapshot", "started_from_snapshot", "suspended_from_snapshot", "resumed_from_snapshot",
        "resumed_unpaused",
    ]
    public let halfway: DomainStatus? = DomainStatus(state: "shutoff", reason: "from_snapshot")

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        means.snapshot == nil ? "the policy names no snapshot" : nil
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        guard let snapshot = order.means.snapshot else { throw failure("the policy names no snapshot") }
        try await connection.revert(order.uuid, toSnapshot: snapshot)
    }
}
