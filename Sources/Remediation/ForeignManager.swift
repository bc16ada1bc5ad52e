// SPDX-License-Identifier: Apache-2.0
public import Sampling
import Vocabulary

/// Somebody else who starts and stops domains, and leaves nothing in them that this program knows: Pacemaker,
/// CloudStack, scripts. What he manages is only observed, except by policies that name him.
public struct ForeignManager: Hashable, Sendable {
    /// Those whose metadata is known: they need no setting.
    public static let known = ["kubevirt", "nova", "ovirt"]

    public var name: String
    /// Of domains; one must match.
    public var domains: [NamePattern]
    /// Of elements in the domains' metadata; one must be there.
    public var namespaces: [String]

    public init(name: String, domains: [NamePattern] = [], namespaces: [String] = []) {
        self.name = name
        self.domains = domains
        self.namespaces = namespaces
    }

    func manages(_ facts: DomainFacts) -> Bool {
        domains.contains { $0.matches(facts.identity.name) } || namespaces.contains { facts.namespaces.contains($0) }
    }
}

extension RemediationSettings {
    /// Who manages the domain; nil when nobody else does.
    func manager(of facts: DomainFacts) -> String? {
        facts.manager ?? foreignManagers.first { $0.manages(facts) }?.name
    }

    /// What is wrong with the managers, and with policies that name one, a clause each.
    public var managerProblems: [String] {
        var problems: [String] = []
        var names: Set<String> = []
        for manager in foreignManagers {
            if !names.insert(manager.name).inserted {
                problems.append("foreign_managers: \"\(manager.name)\" is there twice; rename one")
            }
            if manager.domains.isEmpty, manager.namespaces.isEmpty {
                problems.append("foreign_managers: \"\(manager.name)\" has neither domains nor namespaces")
            }
        }
        let known = names.union(ForeignManager.known)
        for policy in policies {
            for name in policy.managers.sorted() where !known.contains(name) {
                let all = known.sorted().joined(separator: ", ")
                problems.append("policy \"\(policy.name)\": match.managers: there is no \"\(name)\"; there are \(all)")
            }
        }
        return problems
    }
}
