// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Resumes a domain that an I/O error paused (`virDomainResume`), and no other: a pause by hand stays.
public struct ResumeDomain: Action {
    public let name = "resume"
    public let needsDefinition = false

    public init() {}

    public func isVoid(in status: DomainStatus) -> Bool {
        status.state != "paused" || status.reason != "ioerror"
    }

    public func perform(on uuid: ObjectUUID, connection: Connection) async throws(VirError) {
        try await connection.resume(uuid)
    }
}
