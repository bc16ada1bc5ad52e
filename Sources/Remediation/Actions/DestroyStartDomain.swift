// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Powers an active domain off and starts it anew (`virDomainDestroy`, `virDomainCreate`).
public struct DestroyStartDomain: Action {
    public let name = "destroy-start"
    public let needsDefinition = true

    public init() {}

    public func isVoid(in status: DomainStatus) -> Bool {
        !["running", "blocked", "paused", "crashed", "shutdown", "pmsuspended"].contains(status.state)
    }

    public func perform(on uuid: ObjectUUID, connection: Connection) async throws(VirError) {
        try await connection.destroy(uuid)
        try await connection.start(uuid)
    }
}
