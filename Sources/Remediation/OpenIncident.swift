// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// An incident between two of its steps, as the journal keeps it: what our own step left is no order of somebody else.
public struct OpenIncident: Hashable, Sendable {
    public let domain: DomainIdentity
    public let incident: String
    public let number: Int
    public let policy: String
    public let cause: Cause
    /// How the last step left the domain.
    public let left: DomainStatus

    public init(
        domain: DomainIdentity, incident: String, number: Int, policy: String, cause: Cause, left: DomainStatus
    ) {
        self.domain = domain
        self.incident = incident
        self.number = number
        self.policy = policy
        self.cause = cause
        self.left = left
    }

    var judgement: Judgement {
        Judgement(cause: cause, confidence: .medium, evidence: "journal: attempt \(number) left it \(left)")
    }
}

extension Remediator {
    /// Keeps what the agent after this one would have to know.
    func keep(_ record: inout DomainRecord, _ attempt: Attempt, _ status: DomainStatus?) -> [Order] {
        guard let status else { return [] }
        record.incident?.isKept = true
        return [
            .keep(
                OpenIncident(
                    domain: record.domain, incident: attempt.incident, number: attempt.number, policy: attempt.policy,
                    cause: attempt.cause, left: status))
        ]
    }

    /// Goes on with an incident that the agent before had not ended.
    mutating func takeUp(_ open: OpenIncident, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        var incident = Incident(id: open.incident, opened: now.uptime)
        incident.number = open.number
        incident.policy = open.policy
        incident.judgement = open.judgement
        incident.inherited = incident.judgement
        incident.judgedStatus = open.left
        incident.isKept = true
        record.incident = incident
        guard let policy = policy(named: open.policy) else {
            return end(&record, .leftAlone, "its policy was taken away", now, skip: .policy)
        }
        return wait(policy, &record, now)
    }
}
