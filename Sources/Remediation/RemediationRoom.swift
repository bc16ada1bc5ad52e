// SPDX-License-Identifier: Apache-2.0
public import Database
import FoundationEssentials
import Libvirt
import Queues
public import Vocabulary

/// Remediation with clock, journal and hands: takes what happens to domains, gives decisions.
///
/// It carries out what a `Remediator` orders and decides nothing by itself. In the modes `off` and `observe` no hand is
/// ever moved.
public actor RemediationRoom {
    /// Its own queue: repair does not wait for pages and rules, which keep Swift's own few threads busy.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.remediation")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    var remediator: Remediator
    let journal: Journal?
    let hands: any DomainHands
    private let report: @Sendable (Decision) -> Void
    private let conditions: @Sendable (RemediationSettings) async -> HostConditions
    private let epoch = ContinuousClock.now
    private var timer: (deadline: Duration, task: Task<Void, Never>)?
    private var isStopped = false
    private(set) var hasInherited: Bool
    /// What an agent after this one has to know.
    var known = KnownDomains()
    var isKeeping = false
    /// Whether the machine was booted since the agent before.
    private(set) var isAfterBoot = false
    /// Domains whose incident the journal keeps, since its repair is held.
    private var held: Set<DomainIdentity> = []
    /// The newest decisions, oldest first.
    var recent: [Decision] = []
    /// Writes to the journal that failed.
    private var journalFailures = 0

    /// With a journal, nothing is performed before `start` has read it. `holder` says who holds a repair.
    public init(
        settings: RemediationSettings, journal: Journal?, hands: any DomainHands,
        conditions: @escaping @Sendable (RemediationSettings) async -> HostConditions = { _ in HostConditions() },
        holder: @escaping RepairHold.Holder = { _, _, _ in nil }, report: @escaping @Sendable (Decision) -> Void
    ) {
        remediator = Remediator(settings: settings, holder: holder)
        self.journal = journal
        self.hands = hands
        self.report = report
        self.conditions = conditions
        hasInherited = journal == nil
    }

    /// Reads the journal: what was begun and not ended is taken up, quarantines and budgets go on. `boot` names the boot of
    /// the machine on which the domains run, where that is this one.
    public func start(boot: String? = nil) async throws(DatabaseError) {
        guard let journal, !hasInherited else { return }
        let inheritance = try await journal.inherit(at: now.time)
        let running = try await journal.running()
        if let boot { isAfterBoot = try await journal.enter(boot: boot) }
        guard !hasInherited else { return }
        hasInherited = true
        known.restore(running)
        known.explain(by: inheritance)
        held = Set(inheritance.held.map(\.domain))
        let orders = remediator.restore(inheritance, now: now)
        carryOut(orders)
    }

    public func take(_ input: RemediationInput) {
        guard !isStopped else { return }
        switch input {
        case .event(let event): hear(event)
        case .finding(let finding): carryOut(remediator.hear(finding, now: now))
        case .alert(let alert, let domain): carryOut(remediator.hear(alert, of: domain, now: now))
        case .vitals(let vitals, let domain): carryOut(remediator.hear(vitals, of: domain, now: now))
        case .listing(let all, let connection, let isHere): list(all, of: connection, isHere: isHere)
        }
    }

    func hear(_ event: DomainEvent) {
        known.hear(event)
        keep()
        carryOut(remediator.hear(event, now: now))
    }

    /// Looks again at what is held: a maintenance or a silence has changed.
    public func reconsider() {
        remediator.reconsider(now: now)
        arm()
    }

    public var quarantined: [DomainIdentity] { remediator.quarantined }

    public var overview: RepairOverview {
        var overview = remediator.overview(now: now)
        overview.journalFailures = journalFailures
        return overview
    }

    public func reload(_ settings: RemediationSettings) {
        remediator.reload(settings, now: now)
        arm()
    }

    /// Begins nothing more. A call to libvirt that is under way can't be taken back, and is still written down.
    public func stop() {
        isStopped = true
        timer?.task.cancel()
        timer = nil
    }

    var now: Moment {
        let seconds = Date().timeIntervalSince1970
        return Moment(uptime: epoch.duration(to: .now), time: Timestamp(seconds: seconds))
    }

    private func tick() async {
        timer = nil
        let conditions = await conditions(remediator.settings)
        guard !isStopped else { return }
        let orders = remediator.conditions(conditions, now: now) + remediator.tick(now: now)
        carryOut(orders)
    }

    func carryOut(_ orders: [Order]) {
        for order in orders {
            switch order {
            case .report(let decision):
                report(decision)
                note(decision)
                if decision.outcome != .refused, held.remove(decision.domain) != nil {
                    let domain = decision.domain
                    Task { await note { (journal) async throws(DatabaseError) in try await journal.letGo(domain) } }
                }
            case .hold(let incident):
                held.insert(incident.domain)
                Task { await note { (journal) async throws(DatabaseError) in try await journal.hold(incident) } }
            case .look(let domain): Task { await look(at: domain) }
            case .perform(let attempt): Task { await perform(attempt) }
            case .quarantine(let quarantine):
                Task {
                    await note { (journal) async throws(DatabaseError) in try await journal.quarantine(quarantine) }
                }
            case .keep(let incident):
                Task { await note { (journal) async throws(DatabaseError) in try await journal.keep(incident) } }
            case .close(let domain):
                Task { await note { (journal) async throws(DatabaseError) in try await journal.close(domain) } }
            case .release(let domain):
                Task { await note { (journal) async throws(DatabaseError) in try await journal.release(domain) } }
            }
        }
        arm()
    }

    func arm() {
        let deadline = isStopped ? nil : remediator.nextDeadline
        guard deadline != timer?.deadline else { return }
        timer?.task.cancel()
        timer = deadline.map { deadline in
            let wake = epoch.advanced(by: deadline)
            let task = Task { [weak self] in
                // Silence is right: the sleep throws only when a newer timer has taken its place.
                try? await Task.sleep(until: wake, clock: .continuous)
                if !Task.isCancelled { await self?.tick() }
            }
            return (deadline, task)
        }
    }

    private func look(at domain: DomainIdentity) async {
        let facts = await hands.facts(of: domain)
        guard !isStopped else { return }
        let orders = remediator.facts(facts, of: domain, now: now)
        carryOut(orders)
    }

    private func perform(_ attempt: Attempt) async {
        guard hasInherited, let action = Actions.named(attempt.action) else {
            return drop(attempt, "the journal has not been read")
        }
        var row: Int64?
        do throws(DatabaseError) {
            row = try await journal?.begin(attempt, at: now.time)
        } catch {
            journalFailures += 1
            return drop(attempt, "the step could not be written down first: \(error)")
        }
        guard await begins(attempt, row) else { return }
        let outcome = await hands.perform(action, remediator.stepOrder(attempt))
        let problem = outcome.problem
        await close(row, outcome.description)
        guard !isStopped else { return }
        let orders = remediator.finished(attempt, error: problem, now: now)
        carryOut(orders)
    }

    /// Whether the step is still wanted: writing took time, and somebody may have been faster.
    private func begins(_ attempt: Attempt, _ row: Int64?) async -> Bool {
        let facts = await hands.facts(of: attempt.domain)
        let conditions = await conditions(remediator.settings)
        let orders = remediator.conditions(conditions, now: now)
        carryOut(orders)
        guard !isStopped else {
            await close(row, Journal.dropped)
            return false
        }
        switch remediator.begin(attempt, facts: facts, now: now) {
        case .go:
            arm()
            return true
        case .not(let orders):
            carryOut(orders)
            await close(row, Journal.dropped)
            return false
        }
    }

    private func drop(_ attempt: Attempt, _ reason: String) {
        let orders = remediator.dropped(attempt, reason: reason, now: now)
        carryOut(orders)
    }

    private func close(_ row: Int64?, _ result: String) async {
        guard let row else { return }
        let time = now.time
        await note { (journal) async throws(DatabaseError) in try await journal.end(row, result: result, at: time) }
    }

    /// Whether it is written down.
    @discardableResult
    func note(_ write: @Sendable (Journal) async throws(DatabaseError) -> Void) async -> Bool {
        guard let journal else { return false }
        do throws(DatabaseError) {
            try await write(journal)
            return true
        } catch {
            journalFailures += 1
            return false
        }
    }
}
