// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Starts a domain that is shut off (`virDomainCreate`).
public struct StartDomain: Action {
    public let name = "start"
    public let needsDefinition = true

    public init() {}

    public func isVoid(in status: DomainStatus) -> Bool {
        status.state != "shutoff"
    }

    public func perform(on uuid: ObjectUUID, connection: Connection) async throws(VirError) {
        try await connection.start(uuid)
    }
}
