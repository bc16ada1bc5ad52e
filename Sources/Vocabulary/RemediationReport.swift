// SPDX-License-Identifier: Apache-2.0

/// How remediation stands with each domain that it has anything to say of.
public struct RemediationReport: Hashable, Sendable, Codable {
    /// `off`, `observe` or `auto`.
    public var mode: String
    /// Sorted by host and name.
    public var domains: [RemediationStanding]
    /// The one of all domains first.
    public var pauses: [RemediationPause] = []
    /// Why no step is performed on any host.
    public var obstacle: String?
    public var hosts: [RemediationHost] = []

    public init(mode: String, domains: [RemediationStanding]) {
        self.mode = mode
        self.domains = domains
    }
}

/// How remediation stands with one domain.
public struct RemediationStanding: Hashable, Sendable, Codable {
    public var host: String
    /// Untrusted.
    public var name: String
    public var uuid: String
    /// `healthy`, `suspect`, `held`, `backoff`, `acting`, `verifying`, `probation` or `quarantined`.
    public var phase: String
    /// The incident that is under way, and what is known of it.
    public var incident: String?
    public var cause: String?
    public var policy: String?
    /// Passes through the ladder that still count, and of how many.
    public var attempts: Int
    public var limit: Int?
    /// Within which time they count, as 1h, and when the oldest counts no more (RFC 3339, as all times here).
    public var window: String?
    public var freed: String?
    /// When it goes on by itself, unless something holds it then.
    public var next: String?
    public var quarantinedSince: String?
    /// All that holds its next step now.
    public var holds: [RemediationHold] = []
    /// The newest decision; nil when none was taken since the agent began.
    public var last: RemediationDecision?

    public init(host: String, name: String, uuid: String, phase: String, attempts: Int) {
        self.host = host
        self.name = name
        self.uuid = uuid
        self.phase = phase
        self.attempts = attempts
    }
}

/// One thing that holds a step.
public struct RemediationHold: Hashable, Sendable, Codable {
    /// `pause`, `maintenance`, `storm`, `turn` …
    public var kind: String
    public var reason: String
    /// RFC 3339; nil when nobody knows.
    public var until: String?

    public init(kind: String, reason: String, until: Timestamp?) {
        self.kind = kind
        self.reason = reason
        self.until = until?.rfc3339
    }
}

/// What one host's repairs use of its limits.
public struct RemediationHost: Hashable, Sendable, Codable {
    /// What is used, and how much there is.
    public struct Share: Hashable, Sendable, Codable {
        public var used: Int
        public var limit: Int

        public init(_ used: Int, of limit: Int) {
            self.used = used
            self.limit = limit
        }
    }

    public var host: String
    public var concurrent: Share
    public var stepsPerMinute: Share
    public var repairsPerHour: Share
    /// Domains whose step waits for its turn.
    public var waiting = 0
    public var stormUntil: String?
    /// Pools and networks that wait since many domains with them failed.
    public var suspects: [RemediationHold] = []

    public init(_ host: String, concurrent: Share, stepsPerMinute: Share, repairsPerHour: Share) {
        self.host = host
        self.concurrent = concurrent
        self.stepsPerMinute = stepsPerMinute
        self.repairsPerHour = repairsPerHour
    }
}

/// One decision, in the words of the log.
public struct RemediationDecision: Hashable, Sendable, Codable {
    /// RFC 3339, with milliseconds.
    public var time: String
    public var incident: String
    public var cause: String
    public var confidence: String
    public var evidence: String
    public var action: String?
    public var outcome: String
    public var reason: String
    /// `pause`, `storm`, `budget` …: why nothing was done, or not yet.
    public var skip: String?
    public var policy: String?

    public init(
        time: Timestamp, incident: String, cause: String, confidence: String, evidence: String, action: String?,
        outcome: String
    ) {
        self.time = time.rfc3339
        self.incident = incident
        self.cause = cause
        self.confidence = confidence
        self.evidence = evidence
        self.action = action
        self.outcome = outcome
        reason = ""
    }
}

/// All that explains what is done about one domain, or is not.
public struct RemediationExplanation: Hashable, Sendable, Codable {
    public var mode: String
    public var standing: RemediationStanding
    /// The policies that are for the domain, in the order in which they are asked.
    public var policies: [Policy]
    /// What the domain's host has left; nil when nothing was repaired there.
    public var host: RemediationHost?
    /// Why no step is performed on any host.
    public var obstacle: String?
    /// Why less than the mode is done, and what the domain's metadata says that cannot be used.
    public var lowered: String?
    public var problems: [String]
    /// The newest first.
    public var decisions: [RemediationDecision]
    public var steps: [RemediationStep]

    public struct Policy: Hashable, Sendable, Codable {
        public var name: String
        public var causes: [String]
        public var ladder: [String]
        /// When a quarantined domain is tried once more, as 1h; nil for never.
        public var cooldown: String?

        public init(name: String, causes: [String], ladder: [String], cooldown: Duration) {
            self.name = name
            self.causes = causes
            self.ladder = ladder
            self.cooldown = cooldown > .zero ? DurationText.format(cooldown) : nil
        }
    }

    public init(mode: String, standing: RemediationStanding) {
        self.mode = mode
        self.standing = standing
        policies = []
        problems = []
        decisions = []
        steps = []
    }
}

/// One step that was begun, as the journal keeps it.
public struct RemediationStep: Hashable, Sendable, Codable {
    public var id: Int64
    /// RFC 3339, with milliseconds.
    public var began: String
    /// nil while it is under way.
    public var ended: String?
    public var host: String
    /// Untrusted.
    public var name: String
    public var uuid: String
    public var incident: String
    public var attempt: Int
    public var policy: String
    public var action: String
    public var cause: String
    /// How its call ended, what evidence was kept; `unknown` when the agent ended before it.
    public var result: String?

    public init(
        id: Int64, began: Timestamp, ended: Timestamp?, host: String, name: String, uuid: String, incident: String,
        attempt: Int
    ) {
        self.id = id
        self.began = began.rfc3339
        self.ended = ended?.rfc3339
        self.host = host
        self.name = name
        self.uuid = uuid
        self.incident = incident
        self.attempt = attempt
        policy = ""
        action = ""
        cause = ""
    }
}

/// The newest steps of the journal.
public struct RemediationHistory: Hashable, Sendable, Codable {
    /// The newest first.
    public var steps: [RemediationStep]

    public init(steps: [RemediationStep]) {
        self.steps = steps
    }
}

/// Which domains, and how many steps, are asked about.
public struct RemediationQuery: Hashable, Sendable {
    public static let limits = 1...10_000

    public var host: String?
    /// A domain's name or UUID.
    public var domain: String?
    public var limit: Int

    public init(host: String? = nil, domain: String? = nil, limit: Int = 100) {
        self.host = host
        self.domain = domain
        self.limit = limit
    }

    /// Whether it asks about the domain.
    public func covers(host: String, name: String, uuid: String) -> Bool {
        (self.host == nil || self.host == host)
            && (domain == nil || domain == name || domain?.lowercased() == uuid)
    }
}
