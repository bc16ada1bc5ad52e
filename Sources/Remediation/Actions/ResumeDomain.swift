// SPDX-License-Identifier: Apache-2.0
public import Libvirt
public import Vocabulary

/// Resumes a domain that an I/O error paused (`virDomainResume`), and no other: a pause by hand stays.
public struct ResumeDomain: Action {
    public let name = "resume"
    public let effects = ["resumed_unpaused"]
    /// A resume always works; the guest stops again at its next write when that fails, too.
    public let trial = Duration.seconds(10)

    public init() {}

    public func reasonVoid(for facts: DomainFacts, means: ActionMeans) -> String? {
        facts.status.isPausedByError ? nil : "the domain is not paused by an I/O error"
    }

    public func perform(_ order: StepOrder, connection: Connection) async throws(VirError) {
        try await connection.resume(order.uuid)
    }
}
