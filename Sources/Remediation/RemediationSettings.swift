// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What the configuration says of remediation.
public struct RemediationSettings: Sendable {
    /// How far remediation goes.
    public enum Mode: String, CaseIterable, Codable, Sendable {
        /// Nothing is judged.
        case off
        /// Everything is judged and said, nothing done.
        case observe
        case auto
    }

    public var mode: Mode
    /// The first that covers a domain and names the cause, or matches the alert, decides.
    public var policies: [Policy]
    /// For each host.
    public var limits: HostLimits
    /// Others who manage domains, besides those whose metadata is known.
    public var foreignManagers: [ForeignManager] = []
    /// While a file of this path is there, no step is performed.
    public var killSwitch: String?
    /// While a file of this path is there, the host shuts down or boots (nologin(5)).
    public var shutdownFile: String?

    public init(
        mode: Mode = .observe, policies: [Policy] = [Policy()], limits: HostLimits = HostLimits(),
        killSwitch: String? = nil, shutdownFile: String? = "/run/nologin"
    ) {
        self.mode = mode
        self.policies = policies
        self.limits = limits
        self.killSwitch = killSwitch
        self.shutdownFile = shutdownFile
    }

    /// What is wrong, a sentence each, empty when nothing is.
    public var problems: [String] {
        var problems: [String] = []
        var names: Set<String> = []
        for policy in policies {
            if !names.insert(policy.name).inserted {
                problems.append("policy \"\(policy.name)\" is there twice; rename one")
            }
            problems += policy.problems.map { "policy \"\(policy.name)\": \($0)" }
        }
        return problems + dependencyProblems + managerProblems + limits.problems.map { "limits: \($0)" }
    }

    /// What is wrong with the policies' order.
    public var dependencyProblems: [String] {
        var problems: [String] = []
        let names = Set(policies.map(\.name))
        for policy in policies {
            for name in policy.dependsOn where !names.contains(name) {
                problems.append("policy \"\(policy.name)\": depends_on: there is no policy \"\(name)\"")
            }
            if reach(from: policy.dependsOn).contains(policy.name) {
                problems.append("policy \"\(policy.name)\": depends_on: leads back to itself; break the circle")
            }
        }
        return problems
    }

    private func reach(from names: [String]) -> Set<String> {
        var seen: Set<String> = []
        var next = names
        while let name = next.popLast() {
            guard seen.insert(name).inserted else { continue }
            next += policies.first { $0.name == name }?.dependsOn ?? []
        }
        return seen
    }
}

extension Policy {
    /// What is wrong with the policy by itself, a clause each: the key, what is wrong, what would be right.
    public var problems: [String] {
        var problems: [String] = []
        let actions = Actions.all.map(\.name).joined(separator: ", ")
        func check(_ wrong: Bool, _ sentence: String) {
            if wrong { problems.append(sentence) }
        }
        check(name.isEmpty, "name: is empty; give the policy a name")
        check(domains.isEmpty, "match.domains: is empty; name domains, or \"*\" for all")
        for cause in causes.sorted(by: { $0.rawValue < $1.rawValue }) where !cause.mayStartRepair {
            problems.append("on.causes: \(cause.rawValue) can't start a repair; name one of \(Self.repairable)")
        }
        check(settle < .zero || settle > .seconds(60), "settle: must be between 0s and 1m")
        check(verify < .zero || verify > .seconds(600), "verify: must be between 0s and 10m")
        check(abs(priority) > 1000, "priority: must be between -1000 and 1000")
        check(ladder.isEmpty, "ladder: is empty; begin with \"start 60s\"")
        check(ladder.count > 16, "ladder: has more than 16 steps")
        for step in ladder {
            check(
                Actions.named(step.action) == nil,
                "ladder: there is no action \"\(step.action)\"; there are \(actions)"
            )
            check(step.timeout <= .zero, "ladder: the timeout of \(step.action) must be longer than 0s")
        }
        check(!(1...1000).contains(budget.attempts), "budget.attempts: must be between 1 and 1000")
        check(budget.window < backoff.base, "budget.window: is shorter than backoff.base, so it would bound nothing")
        check(budget.stableFor <= .zero, "budget.stable_for: must be longer than 0s")
        check(
            cooldown < .zero || cooldown > .seconds(30 * 86_400),
            "quarantine.cooldown: must be between 0s (until it is released by hand) and 30d")
        check(backoff.base <= .zero, "backoff.base: must be longer than 0s")
        check(backoff.max < backoff.base, "backoff.max: is shorter than backoff.base")
        check(!(1...100).contains(backoff.factor), "backoff.factor: must be between 1 and 100")
        check(!(0..<1).contains(backoff.jitter), "backoff.jitter: must be at least 0 and below 1")
        return problems
    }

    private static var repairable: String {
        Cause.allCases.filter(\.mayStartRepair).map(\.rawValue).joined(separator: ", ")
    }
}
