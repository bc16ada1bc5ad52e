// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Vocabulary

/// How often a domain may be repaired.
public struct Budget: Hashable, Sendable {
    /// Passes through the ladder that may begin within `window`; then the domain is quarantined.
    public var attempts = 5
    public var window = Duration.seconds(3600)
    /// How long a repaired domain must run for the next delay to be the first one again.
    public var stableFor = Duration.seconds(600)

    public init() {}

    public init(attempts: Int, window: Duration, stableFor: Duration) {
        self.attempts = attempts
        self.window = window
        self.stableFor = stableFor
    }
}

/// The wait before an attempt that is not the first: `base`, then `factor` times as long each time, at most `max`, give
/// or take `jitter`. The first attempt waits for nothing but the incident to settle.
public struct Backoff: Hashable, Sendable {
    public var base = Duration.seconds(10)
    public var factor = 2.0
    public var max = Duration.seconds(300)
    /// The largest deviation, as a share of the wait: 0.2 is 20% either way.
    public var jitter = 0.2

    public init() {}

    public init(base: Duration, factor: Double, max: Duration, jitter: Double) {
        self.base = base
        self.factor = factor
        self.max = max
        self.jitter = jitter
    }

    /// The wait after `failures` attempts; `random` is in 0..<1.
    func delay(after failures: Int, random: Double) -> Duration {
        guard failures > 0 else { return .zero }
        var seconds = base.inSeconds
        for _ in 1..<Swift.min(failures, 64) where seconds < max.inSeconds { seconds *= factor }
        return .seconds(Swift.min(seconds, max.inSeconds) * (1 + jitter * (2 * random - 1)))
    }
}

/// What shows that a repaired domain works, besides that it runs.
public enum Proof: String, CaseIterable, Codable, Sendable {
    /// Its processors or disks have done something since the step.
    case activity
    /// The guest's agent answers, where it has been heard before.
    case agent
}

/// Which domains are repaired, for what reasons, how and how often.
public struct Policy: Sendable {
    public static let defaultCauses: Set<Cause> = [.panic, .hypervisorCrash, .watchdog, .lost]

    public var name: String
    /// Shell patterns of names (`*`, `?`); one must match.
    public var domains: [String]
    /// Shell patterns of names that the policy passes over.
    public var exclude: [String]
    /// Who may manage a domain that it repairs all the same: his own repairs must be off.
    public var managers: Set<String> = []
    public var causes: Set<Cause>
    /// One must match for an alert to start a repair.
    public var alerts: [AlertMatchers]
    /// How long the events of one incident are collected before it is judged.
    public var settle: Duration
    public var ladder: [Step]
    public var budget: Budget
    public var backoff: Backoff
    /// How long a domain is quarantined until it is tried once more; zero for good.
    public var cooldown = Duration.zero
    /// How long a domain must run without a break for a step to have succeeded.
    public var verify: Duration
    /// What its steps may use that needs more than the domain.
    public var means = ActionMeans()
    /// What else must hold for it.
    public var proofs: Set<Proof> = []
    /// Of two domains that wait for their turn, the one with the higher number goes first.
    public var priority = 50
    /// Policies whose domains are repaired first.
    public var dependsOn: [String] = []

    public init(
        name: String = "default", domains: [String] = ["*"], exclude: [String] = [],
        causes: Set<Cause> = Policy.defaultCauses, alerts: [AlertMatchers] = [], settle: Duration = .seconds(3),
        ladder: [Step] = Step.defaultLadder, budget: Budget = Budget(), backoff: Backoff = Backoff(),
        verify: Duration = .seconds(2)
    ) {
        self.name = name
        self.domains = domains
        self.exclude = exclude
        self.causes = causes
        self.alerts = alerts
        self.settle = settle
        self.ladder = ladder
        self.budget = budget
        self.backoff = backoff
        self.verify = verify
    }

    /// Whether the policy is for a domain of this name.
    public func covers(_ name: String) -> Bool {
        domains.contains { Glob($0).matches(name) } && !exclude.contains { Glob($0).matches(name) }
    }
}
