// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What the configuration allows and the domain's owner wishes, together: never more than either.
extension DomainWish {
    /// The mode that holds for the domain, and why it is lower than `mode`, one clause, when it is.
    public func lowered(
        _ mode: RemediationSettings.Mode, at now: Timestamp
    ) -> (mode: RemediationSettings.Mode, reason: String?) {
        var (least, reason): (RemediationSettings.Mode, String?) = (mode, nil)
        func lower(_ to: RemediationSettings.Mode, _ why: String) {
            if to.reach < least.reach { (least, reason) = (to, why) }
        }
        if let problem = problems.first { lower(.observe, "its metadata cannot be used: \(problem.asOneLine)") }
        if let wished = self.mode.flatMap(RemediationSettings.Mode.init) {
            lower(wished, "its metadata asks for the mode \(wished.rawValue)")
        }
        if restart == "never" { lower(.observe, "its metadata asks for no restart") }
        if attempts == 0 { lower(.observe, "its metadata allows no attempt") }
        if let holdUntil, now < holdUntil {
            let holder = holdBy.map { " by \($0.asOneLine)" } ?? ""
            lower(.observe, "it is held\(holder) until \(holdUntil.rfc3339)")
        }
        return (least, reason)
    }

    /// `policy` with no more attempts, and in no shorter window.
    public func lowered(_ policy: Policy) -> Policy {
        var policy = policy
        if let attempts { policy.budget.attempts = min(policy.budget.attempts, attempts) }
        if let window { policy.budget.window = max(policy.budget.window, window) }
        return policy
    }

    /// Whether `policy` may be used for the domain.
    public func admits(_ policy: Policy) -> Bool {
        self.policy == nil || self.policy == policy.name
    }
}

extension RemediationSettings.Mode {
    /// How far it goes.
    fileprivate var reach: Int {
        switch self {
        case .off: 0
        case .observe: 1
        case .auto: 2
        }
    }
}
