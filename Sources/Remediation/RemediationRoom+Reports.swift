// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// What the room tells of itself. Nothing here reaches libvirt.
extension RemediationRoom {
    /// Decisions that are remembered, of all domains.
    static let recentLimit = 1000

    public func report(_ query: RemediationQuery) -> RemediationReport {
        let all = remediator.standings(now).map { standing in
            var standing = standing
            standing.last = recent.last { $0.domain.key == standing.key }.map(RemediationDecision.init)
            return standing
        }
        let settled = recentlySettled(besides: Set(all.compactMap(\.key)))
        let asked = (all + settled).filter { query.covers(host: $0.host, name: $0.name, uuid: $0.uuid) }
        return RemediationReport(
            mode: remediator.settings.mode.rawValue,
            domains: asked.sorted { ($0.host, $0.name, $0.uuid) < ($1.host, $1.name, $1.uuid) })
    }

    /// Domains of which a decision is remembered and nothing else.
    private func recentlySettled(besides known: Set<KnownDomains.Key>) -> [RemediationStanding] {
        var found: [KnownDomains.Key: RemediationStanding] = [:]
        for decision in recent where !known.contains(decision.domain.key) {
            var standing = RemediationStanding(decision.domain, phase: RepairState.healthy.rawValue, attempts: 0)
            standing.last = RemediationDecision(decision)
            found[decision.domain.key] = standing
        }
        return Array(found.values)
    }

    /// nil when nothing is known of such a domain: nothing ever happened to it.
    public func explain(_ query: RemediationQuery) async -> RemediationExplanation? {
        let standings = report(query).domains
        let steps = await history(query).steps
        guard let standing = standings.first ?? steps.first.map(RemediationStanding.init) else { return nil }
        var explanation = RemediationExplanation(mode: remediator.settings.mode.rawValue, standing: standing)
        explanation.policies = remediator.settings.policies.filter { $0.covers(standing.name) }.map { policy in
            RemediationExplanation.Policy(
                name: policy.name, causes: policy.causes.map(\.rawValue).sorted(),
                ladder: policy.ladder.map(\.description))
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

    /// The newest steps; none without a journal, or when it cannot be read.
    public func history(_ query: RemediationQuery) async -> RemediationHistory {
        // Silence is right: that the journal cannot be used is told where it is written.
        let steps = (try? await journal?.steps(query)) ?? []
        return RemediationHistory(steps: steps)
    }
}

extension Remediator {
    /// How the domains stand of which anything is remembered.
    func standings(_ now: Moment) -> [RemediationStanding] {
        records.values.flatMap(\.values).map { record in
            let policy = policy(named: record.incident?.policy)
            let window = policy?.budget.window ?? Budget().window
            var standing = RemediationStanding(
                record.domain, phase: record.phase.state.rawValue,
                attempts: record.starts.filter { $0 + window > now.uptime }.count)
            standing.incident = record.incident?.id
            standing.cause = record.incident?.judgement?.cause.rawValue
            standing.policy = policy?.name
            standing.limit = policy.map { record.wish?.lowered($0).budget.attempts ?? $0.budget.attempts }
            return standing
        }
    }
}

extension RemediationStanding {
    fileprivate init(_ domain: DomainIdentity, phase: String, attempts: Int) {
        self.init(
            host: domain.connection, name: domain.name, uuid: domain.uuid.description, phase: phase, attempts: attempts)
    }

    fileprivate init(_ step: RemediationStep) {
        self.init(host: step.host, name: step.name, uuid: step.uuid, phase: RepairState.healthy.rawValue, attempts: 0)
    }

    fileprivate var key: KnownDomains.Key? {
        DomainUUID(uuid).map { KnownDomains.Key(connection: host, uuid: $0) }
    }
}

extension RemediationDecision {
    fileprivate init(_ decision: Decision) {
        self.init(
            time: decision.time, incident: decision.incident, cause: decision.cause.rawValue,
            confidence: decision.confidence.rawValue, evidence: decision.evidence, action: decision.action,
            outcome: decision.outcome.rawValue)
        reason = decision.reason
        policy = decision.policy
    }
}
