// SPDX-License-Identifier: Apache-2.0
import Logging
import Remediation
import Vocabulary

/// Carries out what operators order of repair, and writes down in the log who ordered it.
struct RepairDesk: Sendable {
    let room: RemediationRoom
    let actions: DomainActions
    let log: Logger

    func carryOut(
        _ kind: RemediationOrder.Kind, _ order: RemediationOrder
    ) async throws(ChangeRefusal) -> RemediationOrderTaken {
        let note = try order.note()
        var domain: DomainIdentity?
        if let query = try order.target(allowsAll: kind != .release) { domain = try await find(query) }
        let isKept =
            switch kind {
            case .release: try await release(domain)
            case .pause: try await pause(domain, note)
            case .resume: try await resume(domain)
            }
        log.notice("\(kind.said)", metadata: note.fields(domain))
        let warning = "it could not be written down (state.directory): it is forgotten when the agent ends"
        return RemediationOrderTaken(domain, warnings: isKept ? [] : [warning])
    }

    private func release(_ domain: DomainIdentity?) async throws(ChangeRefusal) -> Bool {
        guard let domain, await room.release(domain) else {
            throw ChangeRefusal(
                .unknown, "there is nothing to release: \(domain?.name.asOneLine ?? "the domain") is not quarantined")
        }
        return true
    }

    private func pause(_ domain: DomainIdentity?, _ note: ChangeNote) async throws(ChangeRefusal) -> Bool {
        let (isTaken, isKept) = await room.pause(RepairPause(domain: domain, note: note, since: .now))
        guard isTaken else { throw ChangeRefusal(.unavailable, "too many domains are paused; pause all of them") }
        return isKept
    }

    private func resume(_ domain: DomainIdentity?) async throws(ChangeRefusal) -> Bool {
        guard let ended = await room.resume(domain) else {
            let what = domain.map { "the repair of \($0.name.asOneLine)" } ?? "all of the agent"
            throw ChangeRefusal(.unknown, "there is nothing to resume: \(what) is not paused by itself")
        }
        return ended.isKept
    }

    /// The one domain that is meant.
    private func find(_ query: RemediationQuery) async throws(ChangeRefusal) -> DomainIdentity {
        var found = await actions.domains(query)
        if found.isEmpty { found = await room.known(query) }
        guard let first = found.first else {
            throw ChangeRefusal(.unknown, "there is no domain \"\((query.domain ?? "").asOneLine)\"")
        }
        guard found.count == 1 else {
            let hosts = found.map(\.connection).sorted().joined(separator: ", ")
            throw ChangeRefusal(
                .invalid, "\"\(first.name.asOneLine)\" is on several connections: name one as host: \(hosts)")
        }
        return first
    }
}

extension DomainActions {
    /// The domains of the watched hosts that `query` asks about.
    func domains(_ query: RemediationQuery) async -> [DomainIdentity] {
        var found: [DomainIdentity] = []
        for host in watches {
            found += await host.identities.filter {
                query.covers(host: $0.connection, name: $0.name, uuid: $0.uuid.description)
            }
        }
        return found
    }
}

extension RemediationOrder.Kind {
    fileprivate var said: String {
        switch self {
        case .release: "quarantine is released"
        case .pause: "repairs are paused"
        case .resume: "repairs are resumed"
        }
    }
}

extension ChangeNote {
    fileprivate func fields(_ domain: DomainIdentity?) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "author": "\(author.asOneLine)", "domain": "\(domain?.name.asOneLine ?? "(all)")",
        ]
        if !comment.isEmpty { fields["comment"] = "\(comment.asOneLine)" }
        if let domain { fields["host"] = "\(domain.connection)" }
        return fields
    }
}
