// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Remediation
import Synchronization
import Vocabulary

/// Remediation's hands: the one place from which a domain is changed.
final class DomainActions: DomainHands {
    private let hosts = Mutex<[String: HostWatch]>([:])

    func setHosts(_ watches: [HostWatch]) {
        hosts.withLock { $0 = Dictionary(watches.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }) }
    }

    var watches: [HostWatch] { hosts.withLock { Array($0.values) } }

    private func host(of domain: DomainIdentity) -> HostWatch? {
        hosts.withLock { $0[domain.connection] }
    }

    func facts(of domain: DomainIdentity) async -> DomainFacts? {
        await host(of: domain)?.facts(of: domain)
    }

    func perform(_ action: any Action, _ order: StepOrder) async -> StepOutcome {
        guard let host = host(of: order.attempt.domain) else {
            let message = "\(order.attempt.domain.connection) is not watched any more"
            return StepOutcome(
                problem: VirError(code: .operationFailed, domain: 0, call: action.name, message: message))
        }
        let links = StepLinks { () async throws(VirError) in
            try await host.stepLink(for: action.name)
        } close: { link in
            await host.endStep(link)
        }
        return await action.carryOut(order, links: links)
    }
}
