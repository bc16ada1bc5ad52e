// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What the room tells of itself. Nothing here reaches libvirt.
extension RemediationRoom {
    /// Decisions that are remembered, of all domains.
    static let recentLimit = 1000

    public func report(_ query: RemediationQuery) -> RemediationReport {
        let overview = remediator.overview(now: now)
        let all = overview.entries.map { entry in
            var standing = RemediationStanding(entry)
            standing.last = recent.last { $0.domain.key == entry.domain.key }.map(RemediationDecision.init)
            return standing
        }
        let settled = recentlySettled(besides: Set(overview.entries.map(\.domain.key)))
        let asked = (all + settled).filter { query.covers(host: $0.host, name: $0.name, uuid: $0.uuid) }
        var report = RemediationReport(
            mode: remediator.settings.mode.rawValue,
            domains: asked.sorted { ($0.host, $0.name, $0.uuid) < ($1.host, $1.name, $1.uuid) })
        report.pauses = overview.pauses.map { RemediationPause($0.domain, note: $0.note, since: $0.since) }
        report.obstacle = overview.obstacle
        report.hosts = overview.hosts.map { RemediationHost($0, remediator.settings.limits) }
        return report
    }

    /// Domains of which a decision is remembered and nothing else.
    private func recentlySettled(besides known: Set<KnownDomains.Key>) -> [RemediationStanding] {
        var found: [KnownDomains.Key: RemediationStanding] = [:]
        for decision in recent where !known.contains(decision.domain.key) {
            var standing = RemediationStanding(RepairOverview.Entry(domain: decision.domain, state: .healthy))
            standing.last = RemediationDecision(decision)
            found[decision.domain.key] = standing
        }
        return Array(found.values)
    }

    /// nil when nothing is known of such a domain: nothing ever happened to it.
    public func explain(_ query: RemediationQuery) async -> RemediationExplanation? {
        let report = report(query)
        let steps = await history(query).steps
        guard let standing = report.domains.first ?? paused(query) ?? steps.first.map(RemediationStanding.init) else {
            return nil
        }
        var explanation = RemediationExplanation(mode: report.mode, standing: standing)
        explanation.obstacle = report.obstacle
        explanation.host = report.hosts.first { $0.host == standing.host }
        explanation.policies = remediator.settings.policies.filter { $0.covers(standing.name) }.map { policy in
            RemediationExplanation.Policy(
                name: policy.name, causes: policy.causes.map(\.rawValue).sorted(),
                ladder: policy.ladder.map(\.description), cooldown: policy.cooldown)
        }
        if let wish = standing.key.flatMap({ remediator.records[$0.uuid]?[$0.connection]?.wish }) {
            explanation.lowered = wish.lowered(remediator.settings.mode, at: now.time).reason
            explanation.problems = wish.problems + wish.ignored.map { "\($0): there is no such attribute" }
        }
        explanation.decisions = recent.reversed().filter { $0.domain.key == standing.key }.prefix(20)
            .map(RemediationDecision.init)
        explanation.steps = Array(steps.filter { $0.uuid == standing.uuid }.prefix(20))
        return explanation
    }

    /// A domain of which nothing is known but that its repair is paused.
    private func paused(_ query: RemediationQuery) -> RemediationStanding? {
        let paused = pauses.first { pause in
            pause.domain.map { query.covers(host: $0.connection, name: $0.name, uuid: $0.uuid.description) } == true
        }
        guard let paused, let domain = paused.domain else { return nil }
        var standing = RemediationStanding(RepairOverview.Entry(domain: domain, state: .healthy))
        standing.holds = [RemediationHold(kind: SkipReason.pause.rawValue, reason: paused.title, until: nil)]
        return standing
    }

    /// The newest steps; none without a journal, or when it cannot be read.
    public func history(_ query: RemediationQuery) async -> RemediationHistory {
        // Silence is right: that the journal cannot be used is told where it is written.
        let steps = (try? await journal?.steps(query)) ?? []
        return RemediationHistory(steps: steps)
    }
}

extension RemediationStanding {
    fileprivate init(_ entry: RepairOverview.Entry) {
        self.init(
            host: entry.domain.connection, name: entry.domain.name, uuid: entry.domain.uuid.description,
            phase: entry.state.rawValue, attempts: entry.attempts)
        incident = entry.incident
        cause = entry.cause?.rawValue
        policy = entry.policy
        limit = entry.limit
        window = entry.window.map { DurationText.format($0) }
        freed = entry.freed?.rfc3339
        next = entry.next?.rfc3339
        quarantinedSince = entry.quarantinedSince?.rfc3339
        holds = entry.holds.map { RemediationHold(kind: $0.skip.rawValue, reason: $0.reason, until: $0.until) }
    }

    fileprivate init(_ step: RemediationStep) {
        self.init(host: step.host, name: step.name, uuid: step.uuid, phase: RepairState.healthy.rawValue, attempts: 0)
    }

    fileprivate var key: KnownDomains.Key? {
        DomainUUID(uuid).map { KnownDomains.Key(connection: host, uuid: $0) }
    }
}

extension RemediationHost {
    fileprivate init(_ host: RepairOverview.Host, _ limits: HostLimits) {
        self.init(
            host.name, concurrent: Share(host.underWay, of: limits.concurrent),
            stepsPerMinute: Share(host.stepsInMinute, of: limits.stepsPerMinute),
            repairsPerHour: Share(host.repairsInHour, of: limits.repairsPerHour))
        waiting = host.waiting
        stormUntil = host.stormEnds?.rfc3339
        suspects = host.suspects.sorted { $0.key < $1.key }.map { name, end in
            RemediationHold(kind: SkipReason.storm.rawValue, reason: name, until: end)
        }
    }
}

extension RemediationDecision {
    fileprivate init(_ decision: Decision) {
        self.init(
            time: decision.time, incident: decision.incident, cause: decision.cause.rawValue,
            confidence: decision.confidence.rawValue, evidence: decision.evidence, action: decision.action,
            outcome: decision.outcome.rawValue)
        reason = decision.reason
        skip = decision.skip?.rawValue
        policy = decision.policy
    }
}
