// SPDX-License-Identifier: Apache-2.0
import Glibc
import Libvirt

/// The connections on which domains are changed.
extension HostWatch {
    /// A read-write connection for one step, since a call of it that hangs must not hold up another domain's. `close` it
    /// by `endStep`. The error says why there is none.
    func stepLink(for call: String) async throws(VirError) -> Connection {
        guard let links, plan.writes, !links.isOnlyOne else { return try await writer(for: call) }
        return try await Connection.open(plan.uri, access: .readWrite, within: plan.openingDeadline)
    }

    /// Closes a step's connection as soon as nothing runs on it; nobody waits for that.
    func endStep(_ connection: Connection) {
        guard links?.main !== connection, links?.writer !== connection else { return }
        Task { await connection.close() }
    }
}

extension HostWatch.Plan {
    /// Whether the address names no other machine.
    var isHere: Bool {
        guard let uri else { return getenv("LIBVIRT_DEFAULT_URI") == nil }
        guard let start = uri.firstRange(of: "://")?.upperBound else { return false }
        return start == uri.endIndex || uri[start] == "/"
    }

    /// libvirt's driver, by the address's scheme.
    var driver: String? {
        guard let scheme = uri?.split(separator: ":", maxSplits: 1).first, scheme.count < uri?.count ?? 0 else {
            return nil
        }
        return scheme.split(separator: "+").first.map { $0.lowercased() }
    }
}
