// SPDX-License-Identifier: Apache-2.0
public import Libvirt
import Vocabulary

/// From a due step to its proven end.
extension Remediator {
    /// The call of an ordered step has returned: without `error`, that proves nothing yet.
    public mutating func finished(_ attempt: Attempt, error: VirError?, now: Moment) -> [Order] {
        var orders: [Order] = []
        change(attempt.domain) { record, machine in
            guard case .acting(let current, _, let deadline) = record.phase, current == attempt else { return }
            if let error, error.code == .noDomain {
                orders = machine.end(
                    &record, .leftAlone, "the domain is not defined any more", action: attempt.action, now, skip: .gone)
                return
            }
            if error == nil, attempt.action == "quarantine" {
                orders = machine.quarantine(&record, attempt, now)
                return
            }
            let failure = error.map {
                StepFailure(reason: "\($0)", isInvalidNow: $0.code == .operationInvalid, isLocked: $0.tellsOfLock)
            }
            record.phase = .verifying(
                attempt, since: nil, next: now.uptime, deadline: max(deadline, now.uptime + .seconds(5)),
                failure: failure)
            orders = machine.look(&record)
        }
        return orders + grant(now)
    }

    /// The ladder says that the domain is to be left to people.
    private func quarantine(_ record: inout DomainRecord, _ attempt: Attempt, _ now: Moment) -> [Order] {
        let reason = "the ladder ends here; start or release the domain by hand"
        return giveUp(&record, reason, attempt.policy, action: attempt.action, now)
    }

    /// The step was not performed, since it could not be written down or is not wanted any more.
    public mutating func dropped(_ attempt: Attempt, reason: String, now: Moment) -> [Order] {
        var orders: [Order] = []
        change(attempt.domain) { record, machine in
            guard case .acting(let current, _, _) = record.phase, current == attempt else { return }
            orders = machine.end(&record, .refused, reason, action: attempt.action, now, skip: .journal)
        }
        return orders + grant(now)
    }

    private func look(_ record: inout DomainRecord) -> [Order] {
        guard !record.isLooking else { return [] }
        record.isLooking = true
        return [.look(record.domain)]
    }

    /// The wait is over and the facts are fresh: act, unless something changed meanwhile.
    mutating func resume(_ facts: DomainFacts?, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard let incident = record.incident, let judgement = incident.judgement else { return [] }
        guard let policy = policy(named: incident.policy) else {
            return end(&record, .leftAlone, "its policy was taken away", now, skip: .policy)
        }
        guard let facts else {
            record.phase = .waiting(until: now.uptime + Self.lookAgain)
            if now.uptime < incident.opened + Self.dumpLimit { return [] }
            return end(&record, .leftAlone, "the domain is gone or its host does not answer", now, skip: .gone)
        }
        if let orders = cancel(facts, incident, policy, &record, now) { return orders }
        if let (outcome, reason, skip) = obstacle(facts, policy) {
            return end(&record, outcome, reason, now, skip: skip)
        }
        if let hold = hold(of: record, now) {
            return refuse(&record, hold, Self.step(policy, incident.nextStep, facts)?.step.action, now)
        }
        if let orders = awaitStorage(facts, &record, now) ?? awaitSurroundings(facts, &record, now) { return orders }
        let next = Self.step(policy, incident.nextStep, facts) ?? Self.secondHalf(policy, incident, facts)
        guard let (index, step) = next else {
            if incident.nextStep > 0 { return wait(policy, &record, now) }
            return end(&record, .refused, Self.noStep(policy, facts), now, skip: .noStep)
        }
        let passedOver = Self.passedOver(policy, incident.nextStep, index, facts)
        guard settings.mode == .auto else {
            gates[record.domain.connection]?.step(isFirst: true, now.uptime)
            return end(&record, .wouldAct, "the mode is observe\(passedOver)", action: step.action, now)
        }
        if let (mode, reason) = facts.wish?.lowered(settings.mode, at: now.time), mode != .auto {
            let why = (reason ?? "the mode is \(mode.rawValue)") + passedOver
            return end(&record, .wouldAct, why, action: step.action, now, skip: .metadata)
        }
        return perform(step, index, judgement, policy, facts, &record, now)
    }

    /// Ends the wait when the domain runs again, the alert is over, or somebody wanted what happened since.
    func cancel(
        _ facts: DomainFacts, _ incident: Incident, _ policy: Policy, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order]? {
        let probation = Phase.probation(until: now.uptime + policy.budget.stableFor)
        if let cause = Self.intention(facts, incident) {
            return end(&record, .leftAlone, cause.reasonToLeave, now, skip: cause.skip)
        }
        // What we have powered off shows no sign of what was wrong any more, and is off all the same.
        if incident.isOffByUs(facts) { return nil }
        if let alert = incident.alert, incident.judgement?.cause == .alert {
            guard record.firing[alert.labels] == nil else { return nil }
            return over("the alert is resolved", facts, &record, now)
        }
        if incident.verdict != nil, incident.nextStep == 0, hangs[record.domain]?.verdict == nil {
            return over("the domain shows signs of life again", facts, &record, now)
        }
        guard facts.status.isRunning, incident.judgement?.cause.isOfRunning != true, !incident.lacksProof else {
            return nil
        }
        return end(
            &record, .leftAlone, "the domain runs already", now, phase: record.failures > 0 ? probation : .idle,
            skip: .running)
    }

    /// Ends the wait for a domain that ran, and whose trouble is over. One that has ended shows none either: what it needs
    /// is judged anew, unless it was a step of ours that ended it, after which the ladder goes on.
    private func over(
        _ reason: String, _ facts: DomainFacts, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order]? {
        guard !facts.status.isRunning, var incident = record.incident else {
            return end(&record, .leftAlone, reason, now, skip: .over)
        }
        if incident.nextStep > 0 { return nil }
        incident.alert = nil
        incident.verdict = nil
        for event in incident.later { Incident.append(event, to: &incident.events) }
        incident.later = []
        record.incident = incident
        record.phase = .collecting(until: now.uptime + settle(record.domain))
        return []
    }

    /// The intention behind what happened since the judgement, when there was one.
    /// Nobody knows who ended it orderly without an event; it counts as wanted. `action` failed half-way through.
    private static func intention(_ facts: DomainFacts, _ incident: Incident, after action: String? = nil) -> Cause? {
        func wanted(_ events: [DomainEvent]) -> Cause? {
            let isOffByUs = incident.isOffByUs(facts)
            let cause = Classifier().judge(events: events, status: facts.status, isOffByUs: isOffByUs).cause
            return cause.isIntended || cause == .cleanUnknown ? cause : nil
        }
        if !incident.later.isEmpty, let cause = wanted(incident.later) {
            let ownDestroy = action == "destroy-start" && cause == .adminDestroy
            if !ownDestroy || incident.later.contains(where: { $0.word == "stopped_destroyed" }) { return cause }
        }
        let halfway = action.flatMap(Actions.named)?.halfway
        guard facts.status != incident.judgedStatus, facts.status != halfway else { return nil }
        return wanted([])
    }

    /// What a step of ours has powered off is started, whatever the ladder names.
    static func secondHalf(
        _ policy: Policy, _ incident: Incident, _ facts: DomainFacts
    ) -> (index: Int, step: Step)? {
        guard incident.isOffByUs(facts) else { return nil }
        return (policy.ladder.count - 1, Step(action: StartDomain().name, timeout: startTimeout))
    }

    private mutating func perform(
        _ step: Step, _ index: Int, _ judgement: Judgement, _ policy: Policy, _ facts: DomainFacts,
        _ record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        guard var incident = record.incident else { return [] }
        let isFirst = incident.nextStep == 0 && !incident.isContinued
        let passedOver = Self.passedOver(policy, incident.nextStep, index, facts)
        if isFirst {
            incident.number += 1
            record.countRepair(policy.budget, now.uptime)
        }
        record.isFirstStep = isFirst
        if record.trial != nil { record.trial = .spent }
        incident.isContinued = false
        gates[record.domain.connection]?.step(isFirst: record.isFirstStep, now.uptime)
        incident.nextStep = index + 1
        incident.awaitsStorage = false
        incident.saidHeld = false
        incident.later = []
        incident.atStep = nil
        incident.judgedStatus = facts.status
        incident.expected += Classifier.effects(of: step.action)
        if Actions.named(step.action)?.halfway != nil { incident.hasPoweredOff = true }
        record.incident = incident
        let attempt = Attempt(
            domain: record.domain, incident: incident.id, number: incident.number, policy: policy.name,
            action: step.action, cause: judgement.cause)
        // Its time counts from its turn: see `begin`.
        record.phase = .acting(attempt, overdue: nil, deadline: now.uptime)
        return [report(record, .acted, "attempt \(incident.number)\(passedOver)", step.action, now), .perform(attempt)]
    }

    /// Whether the step helped.
    func verify(_ facts: DomainFacts?, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard case .verifying(let attempt, let since, _, let deadline, let failure) = record.phase,
            let policy = policy(named: attempt.policy) ?? settings.policies.first, let incident = record.incident
        else { return [] }
        let probation = Phase.probation(until: now.uptime + policy.budget.stableFor)
        if let failure {
            if failure.isInvalidNow, facts?.status.isRunning == true, attempt.action == "start" {
                return end(
                    &record, .leftAlone, "the domain was started by another hand", action: attempt.action, now,
                    phase: probation, skip: .running)
            }
            if let facts, let cause = Self.intention(facts, incident, after: attempt.action) {
                return end(
                    &record, .leftAlone, cause.reasonToLeave, action: attempt.action, now, skip: cause.skip)
            }
            if failure.isLocked {
                let reason = "\(failure.reason); its image is in use, perhaps on another host"
                return [report(record, .failed, failure.reason, attempt.action, now)]
                    + giveUp(&record, reason, policy.name, now, skip: .locked)
            }
            // The call may have powered the domain off before it failed: that was us.
            record.incident?.judgedStatus = Self.left(by: attempt, facts, incident)
            return failed(failure.reason, facts, attempt, policy, &record, now)
        }
        if let facts, !facts.status.isRunning, let cause = Self.intention(facts, incident) {
            return end(&record, .leftAlone, cause.reasonToLeave, action: attempt.action, now, skip: cause.skip)
        }
        let trial = max(policy.verify, Actions.named(attempt.action)?.trial ?? .zero)
        if facts?.status.isRunning == true {
            let since = since ?? now.uptime
            if now.uptime - since >= trial, let facts, record.incident?.isProven(by: policy, facts) == true {
                return end(&record, .succeeded, "the domain runs", action: attempt.action, now, phase: probation)
            }
            record.incident?.watch(facts?.circumstances)
            let next = max(since + trial, now.uptime + (now.uptime > since ? .seconds(5) : .zero))
            record.phase = .verifying(attempt, since: since, next: next, deadline: deadline, failure: nil)
        } else {
            record.phase = .verifying(
                attempt, since: nil, next: now.uptime + .seconds(1), deadline: deadline, failure: nil)
        }
        let isOver = facts.map { Self.tellsFailure($0.status, of: attempt) } ?? false
        // Who has just begun to run is not judged by a deadline that came too early.
        if facts?.status.isRunning == true, now.uptime < (since ?? now.uptime) + trial { return [] }
        guard isOver || now.uptime >= deadline else { return [] }
        record.incident?.judgedStatus = Self.left(by: attempt, facts, incident)
        record.incident?.lacksProof = facts?.status.isRunning == true
        let state = facts.map { "the domain is \($0.status)" } ?? "the domain's state could not be read"
        return failed(state, facts, attempt, policy, &record, now)
    }

    /// Whether nothing is left to wait for: a domain that was resumed and is paused again has failed at once.
    private static func tellsFailure(_ status: DomainStatus, of attempt: Attempt) -> Bool {
        ["shutoff", "crashed"].contains(status.state) || (attempt.action == "resume" && status.isPausedByError)
    }

    /// How a step left the domain; when nobody could look, by what the step does.
    private static func left(by attempt: Attempt, _ facts: DomainFacts?, _ incident: Incident) -> DomainStatus? {
        if let facts { return facts.status }
        return Actions.named(attempt.action)?.halfway ?? incident.judgedStatus
    }

    /// Goes on to the next step, or to the wait before the next pass.
    private func failed(
        _ reason: String, _ facts: DomainFacts?, _ attempt: Attempt, _ policy: Policy, _ record: inout DomainRecord,
        _ now: Moment
    ) -> [Order] {
        let said =
            [report(record, .failed, reason, attempt.action, now)]
            + keep(&record, attempt, record.incident?.judgedStatus)
        record.incident?.later = []
        if let facts, let next = record.incident?.nextStep, Self.step(policy, next, facts) != nil {
            enqueue(&record, now)
            return said
        }
        return said + wait(policy, &record, now)
    }
}

extension Incident {
    /// Whether the domain is off since a step of ours powered it off and could not start it. Asked when it is known that
    /// nobody else wanted it off.
    func isOffByUs(_ facts: DomainFacts) -> Bool {
        hasPoweredOff && facts.status.state == "shutoff"
    }
}

extension VirError {
    /// Whether a start failed since the image is locked.
    fileprivate var tellsOfLock: Bool {
        let text = message.lowercased()
        return ["get \"write\" lock", "get shared \"write\" lock", "acquire lock", "resource busy"]
            .contains { text.contains($0) }
    }
}
