// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// From facts to a decision: leave alone, hold, or wait for the first step.
extension Remediator {
    /// The facts that `Order.look` asked for; nil when the domain is gone or its host does not answer.
    public mutating func facts(_ facts: DomainFacts?, of domain: DomainIdentity, now: Moment) -> [Order] {
        var orders: [Order] = []
        change(domain) { record, machine in
            guard record.isLooking else { return }
            record.isLooking = false
            if let facts { record.wish = facts.wish }
            switch record.phase {
            case .collecting, .held: orders = machine.judge(facts, &record, now)
            case .waiting, .granted: orders = machine.resume(facts, &record, now)
            case .verifying: orders = machine.verify(facts, &record, now)
            case .quarantined: orders = machine.visit(facts, &record, now)
            case .idle, .queued, .acting, .probation: break
            }
        }
        return orders + grant(now)
    }

    private mutating func judge(_ facts: DomainFacts?, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard var incident = record.incident else { return [] }
        guard let facts else {
            if let orders = awaitAnswer(&record, now) { return orders }
            if incident.refusal != nil, let hold = hold(of: record, now) { return refuse(&record, hold, nil, now) }
            return unseen(&record, now)
        }
        incident.isStale = false
        incident.forgetWhatIsOver(facts.status)
        var judgement = Classifier().judge(
            events: incident.events, status: facts.status, finding: incident.finding,
            isOffByUs: incident.isOffByUs(facts))
        let isUnexplained = incident.events.isEmpty && incident.finding == nil
        if isUnexplained, let inherited = incident.inherited,
            !judgement.cause.isIntended || facts.status == incident.judgedStatus
        {
            judgement = inherited
        }
        // What we have powered off shows no sign of what was wrong any more.
        if isUnexplained, let before = incident.judgement, incident.isOffByUs(facts) { judgement = before }
        if let alert = incident.alert, judgement.cause == .unknown || judgement.cause == .started,
            facts.status.isRunning
        {
            judgement = Judgement(
                cause: .alert, confidence: .high, evidence: "alert \(alert.name) fires; \(facts.status)")
        }
        if let verdict = incident.verdict, judgement.cause == .unknown || judgement.cause == .started,
            facts.status.isRunning
        {
            judgement = verdict
        }
        incident.judgement = judgement
        incident.judgedStatus = facts.status
        record.incident = incident
        if Classifier.onlyAnnounces(incident.events), facts.status.state != "shutoff",
            now.uptime < incident.opened + Self.announcedLimit
        {
            record.phase = .collecting(until: now.uptime + Self.lookAgain)
            return []
        }
        if let hold = Self.hold(judgement, facts, incident), now.uptime < incident.opened + hold.limit {
            return self.hold(&record, hold.reason, .libvirt, until: incident.opened + hold.limit, now)
        }
        if Self.mayNeedStep(judgement, facts), let orders = awaitSurroundings(facts, &record, now) { return orders }
        return decide(facts, judgement, &record, now)
    }

    private mutating func decide(
        _ facts: DomainFacts, _ judgement: Judgement, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        let alert = record.incident?.alert
        guard judgement.cause.mayStartRepair || judgement.cause == .alert else {
            return end(&record, .leftAlone, judgement.cause.reasonToLeave, now, skip: judgement.cause.skip)
        }
        guard judgement.cause.isOfRunning || !facts.status.isRunning else {
            return repairedByLibvirt(judgement, &record, now)
        }
        let policy = settings.policies.first { policy in
            policy.covers(record.domain.name) && facts.wish?.admits(policy) != false
                && (policy.causes.contains(judgement.cause) || alert.map(policy.isStarted) == true)
        }
        guard let policy else {
            let what = judgement.cause == .cleanUnknown ? judgement.cause.reasonToLeave + "; " : ""
            let why = what + "no policy for it names \(judgement.cause.rawValue)"
            return end(&record, .leftAlone, why, now, skip: judgement.cause.skip)
        }
        record.incident?.policy = policy.name
        if let (outcome, reason, skip) = obstacle(facts, policy) {
            return end(&record, outcome, reason, action: Self.step(policy, 0, facts)?.step.action, now, skip: skip)
        }
        if let hold = hold(of: record, now) {
            return refuse(&record, hold, Self.step(policy, 0, facts)?.step.action, now)
        }
        guard Self.step(policy, 0, facts) ?? record.incident.flatMap({ Self.secondHalf(policy, $0, facts) }) != nil
        else {
            return end(&record, .refused, Self.noStep(policy, facts), now, skip: .noStep)
        }
        if let orders = awaitStorage(facts, &record, now) { return orders }
        record.incident?.resources = facts.circumstances.resources
        return countShared(record, facts, now) + wait(policy, &record, now)
    }

    /// libvirt's own policy was faster: that counts as one of the domain's repairs, so that a loop comes to an end.
    private func repairedByLibvirt(
        _ judgement: Judgement, _ record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        // Nothing is repaired yet: the guest may still do as it was asked.
        if record.incident?.events.map(\.word) == ["watchdog_shutdown"] {
            let stable = settings.policies.first { $0.covers(record.domain.name) }?.budget.stableFor ?? .zero
            return end(
                &record, .leftAlone, "the domain runs; its watchdog has asked it to shut down", now,
                phase: record.failures > 0 ? .probation(until: now.uptime + stable) : .idle, skip: .running)
        }
        let policy = settings.policies.first {
            $0.covers(record.domain.name) && $0.causes.contains(judgement.cause)
        }
        guard let policy else { return end(&record, .leftAlone, "the domain runs", now, skip: .running) }
        record.countRepair(policy.budget, now.uptime)
        record.incident?.policy = policy.name
        let orders = giveUpWhenSpent(policy, &record, now, limit: policy.budget.attempts + 1)
        return orders
            ?? end(
                &record, .leftAlone, "the domain runs", now,
                phase: .probation(until: now.uptime + policy.budget.stableFor), skip: .running)
    }

    /// Waits for the next pass through the ladder, or gives up.
    func wait(_ policy: Policy, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        if let trial = record.trial { return wait(policy, trial, &record, now) }
        let policy = record.wish?.lowered(policy) ?? policy
        if let orders = giveUpWhenSpent(policy, &record, now, limit: policy.budget.attempts) { return orders }
        record.incident?.nextStep = 0
        record.phase = .waiting(until: now.uptime + delay(policy, after: record.failures))
        return []
    }

    /// The attempt after a quarantine's cooldown asks no budget, and there is no second one.
    private func wait(_ policy: Policy, _ trial: Trial, _ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard case .due = trial else {
            let reason = "the attempt after its quarantine did not last; start or release the domain by hand"
            return giveUp(&record, reason, policy.name, now)
        }
        record.phase = .waiting(until: now.uptime)
        return []
    }

    func giveUpWhenSpent(
        _ policy: Policy, _ record: inout DomainRecord, _ now: Moment, limit: Int
    ) -> [Order]? {
        record.starts.removeAll { $0 + policy.budget.window <= now.uptime }
        guard record.starts.count >= limit else { return nil }
        let window = DurationText.format(policy.budget.window)
        let reason =
            "\(record.starts.count) attempts within \(window) did not last; start or release the domain by hand"
        return giveUp(&record, reason, policy.name, now)
    }

    /// What forbids any repair, whatever the cause.
    func obstacle(_ facts: DomainFacts, _ policy: Policy) -> (Decision.Outcome, String, SkipReason)? {
        if facts.id == 0 { return (.refused, "Domain-0 is the host itself", .manager) }
        if let manager = settings.manager(of: facts), !policy.managers.contains(manager) {
            return (.refused, "\(manager) manages the domain; it is only observed", .manager)
        }
        if facts.hasManagedSave {
            return (.leftAlone, "the domain has a saved state, which a start would restore", .savedState)
        }
        if !facts.isPersistent, facts.status.state == "shutoff" {
            return (.leftAlone, "the domain is transient: there is no definition to start it from", .transient)
        }
        return nil
    }

    /// The first step from `first` on that is not void.
    static func step(_ policy: Policy, _ first: Int, _ facts: DomainFacts) -> (index: Int, step: Step)? {
        policy.ladder.enumerated().dropFirst(first).first { reasonVoid($0.element, policy, facts) == nil }
            .map { ($0.offset, $0.element) }
    }

    private static func reasonVoid(_ step: Step, _ policy: Policy, _ facts: DomainFacts) -> String? {
        guard let action = Actions.named(step.action) else { return "there is no such action" }
        if action.needsDefinition, !facts.isPersistent { return "the domain is transient" }
        return action.reasonVoid(for: facts, means: policy.means)
    }

    static func noStep(_ policy: Policy, _ facts: DomainFacts) -> String {
        "no step of the ladder helps a domain that is \(facts.status)"
            + passedOver(policy, 0, policy.ladder.count, facts)
    }

    /// What is said of the steps from `first` to the one before `end`, which are passed over; empty when there are none.
    static func passedOver(_ policy: Policy, _ first: Int, _ end: Int, _ facts: DomainFacts) -> String {
        let steps = policy.ladder.prefix(end).dropFirst(first).compactMap { step in
            reasonVoid(step, policy, facts).map { "\(step.action) (\($0))" }
        }
        return steps.isEmpty ? "" : "; passed over: \(steps.joined(separator: ", "))"
    }

    /// Why a judgement has to wait: somebody is at work who must not be disturbed.
    private static func hold(
        _ judgement: Judgement, _ facts: DomainFacts, _ incident: Incident
    ) -> (reason: String, limit: Duration)? {
        if judgement.cause == .kdump {
            let ended = incident.events.contains { $0.kind == "reboot" }
            return ended ? nil : (Cause.kdump.reasonToLeave, dumpLimit)
        }
        if facts.status.isMigrating { return ("libvirt moves the domain", dumpLimit) }
        if facts.status.state == "paused", facts.status.reason == "dump" {
            return ("libvirt writes a core dump", dumpLimit)
        }
        // A busy host begins the dump some seconds after the pause, and goes on by itself when it is written.
        if judgement.cause == .watchdog, facts.status.state == "paused", facts.watchdogAction == "dump" {
            return ("libvirt carries out the watchdog's action dump", dumpLimit)
        }
        // Who only finds it so later has missed what libvirt did.
        let isSeen = incident.finding == nil || !incident.events.isEmpty
        guard judgement.cause == .panic, isSeen, facts.status.state != "shutoff", !facts.status.isRunning,
            let onCrash = facts.onCrash, onCrash != "preserve"
        else { return nil }
        return ("libvirt carries out on_crash \(onCrash)", onCrash.hasPrefix("coredump") ? dumpLimit : onCrashLimit)
    }

    /// Whether a step could follow from a judgement, as the domain stands.
    private static func mayNeedStep(_ judgement: Judgement, _ facts: DomainFacts) -> Bool {
        guard judgement.cause.mayStartRepair || judgement.cause == .alert else { return false }
        return judgement.cause.isOfRunning || !facts.status.isRunning
    }

    func hold(
        _ record: inout DomainRecord, _ reason: String, _ skip: SkipReason, until limit: Duration, _ now: Moment
    ) -> [Order] {
        record.phase = .held(next: min(now.uptime + Self.lookAgain, limit), limit: limit)
        record.incident?.waitsFor = (reason, skip)
        guard record.incident?.saidHeld == false else { return [] }
        record.incident?.saidHeld = true
        return [report(record, .held, reason, nil, now, skip: skip)]
    }

    private func unseen(_ record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard var incident = record.incident else { return [] }
        let finding = incident.finding
        incident.judgement = Classifier().judge(events: incident.events, status: nil, finding: finding)
        record.incident = incident
        let limit = incident.opened + Self.unseenLimit
        if now.uptime < limit {
            return hold(&record, "the domain is gone or its host does not answer", .gone, until: limit, now)
        }
        return end(&record, .leftAlone, "the domain is gone: nothing is left to start it from", now, skip: .gone)
    }
}
