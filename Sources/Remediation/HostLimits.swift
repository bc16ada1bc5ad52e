// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What holds for all repairs on one host together.
public struct HostLimits: Hashable, Sendable {
    /// Repairs that may be under way at a time, from the step to its proof.
    public var concurrent = 2
    /// Steps that may begin within a minute.
    public var stepsPerMinute = 6
    /// Repairs that may begin within an hour.
    public var repairsPerHour = 60
    public var storm = Storm()
    /// The longest hold for somebody's work on a domain or for what it needs; then it is left to people.
    public var hold = Duration.seconds(900)

    public init() {}

    /// Many domains that fail at once have one cause, and starting them all makes it worse.
    public struct Storm: Hashable, Sendable {
        /// Domains that fail within `window`.
        public var failures = 5
        /// The same for domains that share a pool or a network.
        public var shared = 3
        public var window = Duration.seconds(60)
        /// How long nothing is repaired then.
        public var cooldown = Duration.seconds(300)

        public init() {}
    }

    /// What is wrong, a clause each: the key, what is wrong, what would be right.
    public var problems: [String] {
        var problems: [String] = []
        func check(_ right: Bool, _ sentence: String) {
            if !right { problems.append(sentence) }
        }
        check((1...100).contains(concurrent), "concurrent: must be between 1 and 100")
        check((1...1000).contains(stepsPerMinute), "steps_per_minute: must be between 1 and 1000")
        check((1...10_000).contains(repairsPerHour), "repairs_per_hour: must be between 1 and 10000")
        check((2...1000).contains(storm.failures), "storm.failures: must be between 2 and 1000")
        check((2...1000).contains(storm.shared), "storm.shared: must be between 2 and 1000")
        check(storm.window >= .seconds(1), "storm.window: must be at least 1s")
        check(storm.window <= .seconds(3600), "storm.window: must be at most 1h")
        check(storm.cooldown >= .zero, "storm.cooldown: must not be below 0s")
        check(storm.cooldown <= .seconds(86_400), "storm.cooldown: must be at most 1d")
        check(hold >= .seconds(10), "hold: must be at least 10s")
        check(hold <= .seconds(86_400), "hold: must be at most 1d")
        return problems
    }
}
