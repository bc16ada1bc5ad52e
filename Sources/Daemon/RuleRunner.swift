// SPDX-License-Identifier: Apache-2.0
package import Alerting
import Logging
import SeriesStore
package import Vocabulary

/// Evaluates rule groups: each at its interval, and at once when an event changed a series that it reads.
///
/// The one owner of alert states. An early evaluation changes no meaning: it only adds a point in time, at the event's
/// own timestamp, at most one a second a group.
package actor RuleRunner {
    private struct Entry {
        var state: GroupState
        let interval: Duration
        var lastEvaluated = Timestamp(milliseconds: .min)
        var lastEarly: Duration = .seconds(-3600)
        var earlyIsDue = false
        var loop: Task<Void, Never>?
    }

    private let board: Board
    private let log: Logger
    private let interval: Duration
    private let deliver: @Sendable ([AlertChange]) async -> Void
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var saidFailures: Set<String> = []
    private var counts = Counts()

    package struct Counts: Sendable {
        package var evaluations = 0
        package var earlyEvaluations = 0
        package var failures = 0
        package var pending = 0
        package var firing = 0
    }

    package init(
        board: Board, interval: Duration, log: Logger, deliver: @escaping @Sendable ([AlertChange]) async -> Void
    ) {
        self.board = board
        self.interval = interval
        self.log = log
        self.deliver = deliver
    }

    package var figures: Counts { counts }

    /// Takes `groups` in place of the ones before; states are carried over by rule name and labels.
    package func load(_ groups: [RuleGroup]) {
        let old = entries
        for entry in old.values { entry.loop?.cancel() }
        entries = [:]
        order = []
        for group in groups {
            let key = "\(group.file):\(group.name)"
            var state = GroupState(group)
            if let before = old[key] { state.adopt(before.state) }
            entries[key] = Entry(state: state, interval: group.interval ?? interval)
            order.append(key)
        }
        demand(groups)
        for key in order {
            entries[key]?.loop = Task { [weak self] in await self?.repeatEvaluation(of: key) }
        }
    }

    package func stop() {
        for entry in entries.values { entry.loop?.cancel() }
        entries = [:]
    }

    package var alerts: [Alert] { order.flatMap { entries[$0]?.state.alerts ?? [] } }

    /// The store keeps what the rules read, and no more.
    private func demand(_ groups: [RuleGroup]) {
        var names: Set<String>? = []
        var reach = Duration.zero
        for group in groups {
            reach = max(reach, group.reach)
            if let more = group.readNames { names?.formUnion(more) } else { names = nil }
        }
        board.store.setDemand(names, keep: reach + interval * 2)
    }

    private func repeatEvaluation(of key: String) async {
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isCancelled, let interval = entries[key]?.interval {
            next = next.advanced(by: interval)
            // A cancelled sleep is the end of this loop, which its condition sees.
            try? await clock.sleep(until: next)
            guard !Task.isCancelled else { return }
            await evaluate(key, at: .now)
        }
    }

    /// Series called `names` changed at `time`: groups that read them are evaluated now, or within the second.
    package func wake(_ names: Set<String>, at time: Timestamp) async {
        for key in order {
            guard let entry = entries[key], reads(entry.state.group, names) else { continue }
            let now = Duration.monotonic
            if now - entry.lastEarly >= .seconds(1) {
                entries[key]?.lastEarly = now
                counts.earlyEvaluations += 1
                await evaluate(key, at: time)
            } else if !entry.earlyIsDue {
                entries[key]?.earlyIsDue = true
                let wait = .seconds(1) - (now - entry.lastEarly)
                Task { [weak self] in
                    // Never cancelled: the evaluation that an event asked for always comes.
                    try? await Task.sleep(for: wait)
                    await self?.dueEvaluation(of: key)
                }
            }
        }
    }

    private func dueEvaluation(of key: String) async {
        guard entries[key] != nil else { return }
        entries[key]?.earlyIsDue = false
        entries[key]?.lastEarly = .monotonic
        counts.earlyEvaluations += 1
        await evaluate(key, at: .now)
    }

    private func reads(_ group: RuleGroup, _ names: Set<String>) -> Bool {
        guard let read = group.readNames else { return true }
        return !read.isDisjoint(with: names)
    }

    private func evaluate(_ key: String, at time: Timestamp) async {
        guard var entry = entries[key] else { return }
        let time = max(time, entry.lastEvaluated + .milliseconds(1))
        var sink = StoreSink(store: board.store)
        let outcome = entry.state.evaluate(at: time, over: board.store, into: &sink)
        entry.lastEvaluated = time
        entries[key] = entry
        board.store.expire(before: time - board.store.kept)
        counts.evaluations += 1
        counts.failures += outcome.failures.count
        for failure in outcome.failures where saidFailures.insert("\(key):\(failure)").inserted {
            log.warning("rule group \(entry.state.group.name): \(failure)")
        }
        let states = alerts.map(\.state)
        counts.pending = states.count { $0 == .pending }
        counts.firing = states.count { $0 == .firing }
        if !outcome.changes.isEmpty { await deliver(outcome.changes) }
    }
}

/// Writes what rules produce (recorded series, ALERTS) to the store.
struct StoreSink: SeriesSink {
    let store: Store

    mutating func append(_ points: [(Labels, Double)], at time: Timestamp) {
        store.append(points, at: time)
    }

    mutating func end(_ labels: [Labels], at time: Timestamp) {
        store.end(labels, at: time)
    }
}
