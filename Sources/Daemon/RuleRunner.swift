// SPDX-License-Identifier: Apache-2.0
package import Alerting
package import Logging
import PromQL
import Queues
package import SeriesStore
import Synchronization
package import Vocabulary

/// Evaluates rule groups: each at its interval, and at once when an event changed a series that it reads.
///
/// The one owner of alert states. It runs on a queue of its own, since an evaluation may take long; what others may ask
/// of it without waiting is on its board. An early evaluation changes no meaning: it only adds a point in time, at the
/// event's own timestamp, at most one a second a group.
package actor RuleRunner {
    private struct Entry {
        var state: GroupState
        let ticks: GroupTicks
        var lastEvaluated: Timestamp?
        var lastEarly: Duration?
        /// The early evaluation that was put off, by its number.
        var due: Int?
        var missed = 0
        var loop: Task<Void, Never>?

        var shown: RuleBoard.Entry { RuleBoard.Entry(state: state, interval: ticks.interval, missed: missed) }
    }

    package struct Counts: Sendable {
        /// Of groups.
        package var evaluations = 0
        package var earlyEvaluations = 0
        /// Of single rules.
        package var ruleEvaluations = 0
        package var failures = 0
    }

    /// Series that changed, which wait for the runner.
    private struct Inbox {
        var series: [Labels] = []
        var time = Timestamp(milliseconds: 0)
    }

    private static let earlyRest = Duration.seconds(1)
    private static let expiryRest = Duration.seconds(5)
    /// One rule may take this long.
    private static let longestRule = Duration.seconds(30)
    /// Series that may wait; what more come are of the same few metrics.
    private static let inboxLimit = 10_000
    /// Sentences that are remembered, so that each is said once; a sentence may hold a label's value.
    private static let failuresSaid = 1000

    private nonisolated let executor = QueueExecutor(label: "virtwarden.rules")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    package nonisolated let board: RuleBoard
    private nonisolated let inbox = Mutex(Inbox())
    private let store: Store
    private let memory: AlertMemory?
    private let log: Logger
    private let deliver: @Sendable ([AlertChange]) async -> Void
    private var entries: [String: Entry] = [:]
    /// How many early evaluations were put off so far.
    private var putOff = 0
    private var order: [String] = []
    private var index = ReadIndex([])
    private var hasRestored = false
    private var saidFailures: Set<String> = []
    private var lastExpiry: Duration?
    package private(set) var counts = Counts()

    /// `memory` keeps alerts over a restart.
    package init(
        store: Store, board: RuleBoard = RuleBoard(), memory: AlertMemory? = nil, log: Logger,
        deliver: @escaping @Sendable ([AlertChange]) async -> Void
    ) {
        self.store = store
        self.board = board
        self.memory = memory
        self.log = log
        self.deliver = deliver
    }

    /// The alerts that are pending or firing, in the order of their groups.
    package var alerts: [Alert] { order.flatMap { entries[$0]?.state.alerts ?? [] } }

    /// Takes `groups` in place of the ones before. Alerts are carried over by file, group, rule name and labels, the first
    /// time from what was remembered before a restart; one that fired and whose rule is gone is resolved. `interval` is
    /// that of groups which name none.
    package func load(
        _ groups: [RuleGroup], every interval: Duration, externalURL: String, externalLabels: Labels = .none,
        history: Duration = .zero
    ) async {
        var past: AlertMemory.Past?
        if !hasRestored {
            hasRestored = true
            past = await memory?.inherit()
        }
        let old = entries
        var fired = alerts.filter { $0.state == .firing }
        for entry in old.values { entry.loop?.cancel() }
        entries = [:]
        order = []
        saidFailures = []
        for group in groups {
            let key = "\(group.file);\(group.name)"
            var state = GroupState(group, externalURL: externalURL, externalLabels: externalLabels)
            if let before = old[key] { state.adopt(before.state) }
            entries[key] = Entry(
                state: state, ticks: GroupTicks(key: key, interval: group.interval ?? interval),
                lastEvaluated: old[key]?.lastEvaluated, missed: old[key]?.missed ?? 0)
            order.append(key)
        }
        index = ReadIndex(groups)
        demand(groups, interval, history)
        if let past { fired += restore(past, every: interval) }
        for (key, gone) in old where entries[key] == nil {
            store.end(gone.state.written, at: .now)
            memory?.note(gone.state.farewell(), at: .now)
        }
        for key in order { entries[key]?.loop = Task { [weak self] in await self?.repeatEvaluation(of: key) } }
        await resolve(fired)
    }

    package func stop() async {
        for entry in entries.values { entry.loop?.cancel() }
        entries = [:]
        order = []
        // An event may still be on its way.
        index = ReadIndex([])
        await memory?.close(at: .now)
    }

    /// Gives the rules their alerts of before the restart; those that fired and have no rule any more.
    private func restore(_ past: AlertMemory.Past, every interval: Duration) -> [Alert] {
        let now = Timestamp.now
        let outage = past.alive.map { now - $0 } ?? .zero
        // A rate needs two rounds of samples, and the first may be late.
        let settlesAt = now + interval * 3
        var rest = past.alerts
        var sink = StoreSink(store: store)
        for key in order {
            guard var entry = entries[key] else { continue }
            rest = entry.state.restore(rest, outage: outage, settlesAt: settlesAt)
            entry.state.writeAlerts(at: now, into: &sink)
            entries[key] = entry
            publish(entry, key)
        }
        memory?.note(rest.map { AlertMove(rule: $0.rule, labels: $0.alert.labels, alert: nil) }, at: now)
        let count = past.alerts.count - rest.count
        if count > 0 { log.info("took back \(count) alerts of before the restart") }
        return rest.map(\.alert).filter { $0.state == .firing }
    }

    private func resolve(_ fired: [Alert]) async {
        let kept = Set(alerts.map(\.labels))
        let changes = fired.filter { !kept.contains($0.labels) }.map { alert in
            var alert = alert
            alert.state = .resolved
            alert.resolvedAt = .now
            return AlertChange(alert: alert, before: .firing)
        }
        if !changes.isEmpty { await deliver(changes) }
    }

    /// The store keeps what the rules read, and what they make.
    private func demand(_ groups: [RuleGroup], _ interval: Duration, _ history: Duration) {
        var demand = StoreDemand(history: history)
        for group in groups {
            for (name, reach) in group.reaches { demand.add(name, reach: reach + interval * 2) }
            for name in group.madeNames { demand.add(name, reach: Query.lookback + interval * 2) }
        }
        store.setDemand(demand)
        board.replace(
            Dictionary(uniqueKeysWithValues: order.compactMap { key in entries[key].map { (key, $0.shown) } }),
            demand: demand)
    }

    private func repeatEvaluation(of key: String) async {
        var last: Duration?
        while !Task.isCancelled, let ticks = entries[key]?.ticks {
            let now = Timestamp.now
            let tick = ticks.next(after: now)
            let due = Duration.monotonic + (tick - now)
            // A run that came late leaves out the ones that it missed.
            if let last { entries[key]?.missed += ticks.missed(in: due - last) }
            last = due
            // A cancelled sleep is the end of this loop, which its condition sees.
            try? await Task.sleep(for: tick - now)
            guard !Task.isCancelled else { return }
            await evaluate(key, at: tick)
        }
    }

    /// As `wake`, without waiting for it.
    package nonisolated func post(_ series: [Labels], at time: Timestamp) {
        let isFirst = inbox.withLock { inbox in
            let isFirst = inbox.series.isEmpty
            inbox.series += series.prefix(Self.inboxLimit - inbox.series.count)
            inbox.time = max(inbox.time, time)
            return isFirst && !inbox.series.isEmpty
        }
        if isFirst { Task { await self.open() } }
    }

    private func open() async {
        let mail = inbox.withLock { inbox in
            defer { inbox.series = [] }
            return inbox
        }
        await wake(mail.series, at: mail.time)
    }

    /// These series changed at `time`: groups that read one of them are evaluated now, or within the second.
    package func wake(_ series: [Labels], at time: Timestamp) async {
        for key in index.groups(reading: series).map({ order[$0] }) {
            guard let entry = entries[key] else { continue }
            let now = Duration.monotonic
            let rest = entry.lastEarly.map { Self.earlyRest - (now - $0) } ?? .zero
            if rest <= .zero {
                await evaluateEarly(key, at: time)
            } else if entry.due == nil {
                putOff += 1
                let number = putOff
                entries[key]?.due = number
                Task { [weak self] in
                    // Never cancelled: the evaluation that an event asked for always comes.
                    try? await Task.sleep(for: rest)
                    await self?.evaluateDue(key, number)
                }
            }
        }
    }

    /// What was put off: not when a later event has had it done meanwhile.
    private func evaluateDue(_ key: String, _ number: Int) async {
        guard entries[key]?.due == number else { return }
        await evaluateEarly(key, at: .now)
    }

    private func evaluateEarly(_ key: String, at time: Timestamp) async {
        guard entries[key] != nil else { return }
        entries[key]?.due = nil
        entries[key]?.lastEarly = .monotonic
        counts.earlyEvaluations += 1
        await evaluate(key, at: time)
    }

    /// Evaluates the group at `time`, or directly after its last evaluation when that was later.
    private func evaluate(_ key: String, at time: Timestamp) async {
        guard var entry = entries[key] else { return }
        let time = entry.lastEvaluated.map { max(time, $0 + .milliseconds(1)) } ?? time
        var sink = StoreSink(store: store)
        let end = Duration.monotonic + Self.longestRule
        let outcome = entry.state.evaluate(
            at: time, over: store, into: &sink, limits: Limits { Duration.monotonic > end }, clock: { .monotonic })
        entry.lastEvaluated = time
        entries[key] = entry
        publish(entry, key)
        expire(at: time)
        memory?.note(outcome.moves, isTiming: entry.state.isTiming, at: .now)
        counts.evaluations += 1
        counts.ruleEvaluations += outcome.evaluations
        counts.failures += outcome.failures.count
        if saidFailures.count > Self.failuresSaid { saidFailures = [] }
        for failure in outcome.failures where saidFailures.insert("\(key):\(failure)").inserted {
            log.warning("rule group \(entry.state.group.name): \(failure)")
        }
        if !outcome.changes.isEmpty { await deliver(outcome.changes) }
    }

    private func publish(_ entry: Entry, _ key: String) {
        board.put(entry.shown, as: key)
    }

    private func expire(at time: Timestamp) {
        let now = Duration.monotonic
        if let lastExpiry, now - lastExpiry < Self.expiryRest { return }
        lastExpiry = now
        store.expire(at: time)
    }
}
