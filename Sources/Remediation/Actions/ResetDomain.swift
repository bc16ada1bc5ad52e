// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Presses the reset button of a running domain (`virDomainReset`). A paused one would stay paused.
public struct ResetDomain: Action {
    public let name = "reset"
    public let needsDefinition = false

    public init() {}

    public func isVoid(in status: DomainStatus) -> Bool {
        !status.isRunning
    }

    public func perform(on uuid: ObjectUUID, connection: Connection) async throws(VirError) {
        try await connection.reset(uuid)
    }
}
