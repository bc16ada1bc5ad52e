// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Whether a domain that runs works, too.
extension Incident {
    /// Notes the signs of life at the first look after a step.
    mutating func watch(_ circumstances: DomainCircumstances?) {
        if atStep == nil { atStep = circumstances }
    }

    /// Whether what the policy asks for besides running is there. What can't be known of a domain proves nothing against
    /// it.
    func isProven(by policy: Policy, _ facts: DomainFacts) -> Bool {
        let now = facts.circumstances
        if policy.proofs.contains(.agent), now.agentAnswers == false { return false }
        guard policy.proofs.contains(.activity), let before = atStep, let cpuTime = now.cpuTime else { return true }
        return cpuTime != before.cpuTime || now.diskRequests != before.diskRequests
    }
}
