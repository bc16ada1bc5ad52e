// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Vocabulary

/// Remediation's hands: the one place from which a domain is changed.
struct DomainActions: DomainHands {
    let hosts: [HostWatch]

    func facts(of domain: DomainIdentity) async -> DomainFacts? {
        await hosts.first { $0.name == domain.connection }?.facts(of: domain)
    }

    func perform(_ action: any Action, on domain: DomainIdentity) async throws(VirError) {
        guard let host = hosts.first(where: { $0.name == domain.connection }),
            let writer = await host.links?.writer
        else {
            throw VirError(
                code: .operationFailed, domain: 0, call: action.name,
                message: "no read-write connection to \(domain.connection) is open")
        }
        try await action.perform(on: ObjectUUID(high: domain.uuid.high, low: domain.uuid.low), connection: writer)
    }
}
