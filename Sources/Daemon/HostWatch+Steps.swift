// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Libvirt

/// The connections on which domains are changed.
extension HostWatch {
    /// A read-write connection for one step, since a call of it that hangs must not hold up another domain's. `close` it
    /// by `endStep`. The error says why there is none.
    func stepLink(for call: String) async throws(VirError) -> Connection {
        guard let links, plan.writes, !links.isOnlyOne else { return try await writer(for: call) }
        return try await Connection.open(plan.uri, access: .readWrite, within: plan.openingDeadline)
    }

    /// A writer that could not be opened is not tried again sooner.
    private static let writerGap = Duration.seconds(3)

    /// The only way to the read-write connection, which is opened anew when it has ended, or could not be opened before;
    /// the error says why there is none.
    package func writer(for call: String) async throws(VirError) -> Connection {
        guard let links else { throw noWriter(call, "libvirt of \(name) does not answer") }
        if let writer = links.writer, plan.writes || links.isOnlyOne, await writer.isAlive { return writer }
        guard plan.writes, !links.isOnlyOne else { throw noWriter(call, "\(name) was opened read-only") }
        if let problem = links.writerProblem, let tried = writerTried, .monotonic < tried + Self.writerGap {
            throw problem
        }
        writerTried = .monotonic
        let limit = plan.openingDeadline
        let opened = await links.writing(false, plan.uri, within: limit).writing(true, plan.uri, within: limit)
        // The connections may have been replaced meanwhile, or another call was faster.
        if self.links?.main === links.main, self.links?.writer === links.writer, plan.writes {
            self.links = opened
            sayWriterProblem()
        } else if let surplus = opened.writer {
            Task { await surplus.close() }
        }
        if let writer = self.links?.writer { return writer }
        throw self.links?.writerProblem ?? noWriter(call, "\(name) is connected anew")
    }

    private func noWriter(_ call: String, _ why: String) -> VirError {
        VirError(code: .operationFailed, domain: 0, call: call, message: why)
    }

    /// Tries again now and then to open a writer that is wanted and not there: storage pools are refreshed where there is
    /// one. Nobody waits for that.
    func keepWriter() {
        guard plan.writes, let links, links.writer == nil else { return }
        guard writerTried.map({ .monotonic >= $0 + max(Self.writerGap, plan.slowInterval) }) ?? true else { return }
        // Silence is right: that there is none has been said.
        Task { _ = try? await self.writer(for: "virConnectOpenAuth") }
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
