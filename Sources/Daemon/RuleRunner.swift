// SPDX-License-Identifier: Apache-2.0
package import Alerting
package import Logging
import PromQL
package import SeriesStore
package import Vocabulary

/// Evaluates rule groups: each at its interval, and at once when an event changed a series that it reads.
///
/// The one owner of alert states. An early evaluation changes no meaning: it only adds a point in time, at the event's
/// own timestamp, at most one a second a group.
package actor RuleRunner {
    private struct Entry {
        var state: GroupState
        let interval: Duration
        var lastEvaluated: Timestamp?
        var lastEarly: Duration?
        var earlyIsDue = false
        var loop: Task<Void, Never>?
    }

    package struct Counts: Sendable {
        package var evaluations = 0
        package var earlyEvaluations = 0
        package var failures = 0
    }

    private static let earlyRest = Duration.seconds(1)
    private static let expiryRest = Duration.seconds(5)
    /// Sentences that are remembered, so that each is said once; a sentence may hold a label's value.
    private static let failuresSaid = 1000

    private let store: Store
    private let log: Logger
    private let deliver: @Sendable ([AlertChange]) async -> Void
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var saidFailures: Set<String> = []
    private var lastExpiry: Duration?
    package private(set) var counts = Counts()

    package init(store: Store, log: Logger, deliver: @escaping @Sendable ([AlertChange]) async -> Void) {
        self.store = store
        self.log = log
        self.deliver = deliver
    }

    /// The alerts that are pending or firing, in the order of their groups.
    package var alerts: [Alert] { order.flatMap { entries[$0]?.state.alerts ?? [] } }

    /// Takes `groups` in place of the ones before. States are carried over by rule name, expression and labels; an
    /// alert that fired and whose rule is gone is resolved. `interval` is that of groups which name none.
    package func load(_ groups: [RuleGroup], every interval: Duration, externalURL: String) async {
        let old = entries
        let fired = alerts.filter { $0.state == .firing }
        for entry in old.values { entry.loop?.cancel() }
        entries = [:]
        order = []
        saidFailures = []
        for group in groups {
            let key = "\(group.file):\(group.name)"
            var state = GroupState(group, externalURL: externalURL)
            if let before = old[key] { state.adopt(before.state) }
            entries[key] = Entry(
                state: state, interval: group.interval ?? interval, lastEvaluated: old[key]?.lastEvaluated)
            order.append(key)
        }
        demand(groups, interval)
        for (key, gone) in old where entries[key] == nil { store.end(gone.state.written, at: .now) }
        for key in order {
            entries[key]?.loop = Task { [weak self] in await self?.repeatEvaluation(of: key) }
        }
        await resolve(fired)
    }

    package func stop() {
        for entry in entries.values { entry.loop?.cancel() }
        entries = [:]
        order = []
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

    /// The store keeps what the rules read, and no more.
    private func demand(_ groups: [RuleGroup], _ interval: Duration) {
        var demand = StoreDemand()
        for group in groups {
            for query in group.rules.map(\.query) {
                let reach = query.reach + group.queryOffset + interval * 2
                guard let names = query.metricNames else {
                    demand.add(nil, reach: reach)
                    continue
                }
                for name in names { demand.add(name, reach: reach) }
            }
        }
        store.setDemand(demand)
    }

    private func repeatEvaluation(of key: String) async {
        let clock = ContinuousClock()
        var next = clock.now
        while !Task.isCancelled, let interval = entries[key]?.interval {
            // A run that came late leaves out the ones that it missed.
            next = max(next.advanced(by: interval), clock.now)
            // A cancelled sleep is the end of this loop, which its condition sees.
            try? await clock.sleep(until: next)
            guard !Task.isCancelled else { return }
            await evaluate(key, at: .now)
        }
    }

    /// These series changed at `time`: groups that read one of them are evaluated now, or within the second.
    package func wake(_ series: [Labels], at time: Timestamp) async {
        for key in order {
            guard let entry = entries[key], series.contains(where: entry.state.group.reads) else { continue }
            let now = Duration.monotonic
            let rest = entry.lastEarly.map { Self.earlyRest - (now - $0) } ?? .zero
            if rest <= .zero {
                await evaluateEarly(key, at: time)
            } else if !entry.earlyIsDue {
                entries[key]?.earlyIsDue = true
                Task { [weak self] in
                    // Never cancelled: the evaluation that an event asked for always comes.
                    try? await Task.sleep(for: rest)
                    await self?.evaluateEarly(key, at: .now)
                }
            }
        }
    }

    private func evaluateEarly(_ key: String, at time: Timestamp) async {
        guard entries[key] != nil else { return }
        entries[key]?.earlyIsDue = false
        entries[key]?.lastEarly = .monotonic
        counts.earlyEvaluations += 1
        await evaluate(key, at: time)
    }

    /// Evaluates the group at `time`, or directly after its last evaluation when that was later.
    private func evaluate(_ key: String, at time: Timestamp) async {
        guard var entry = entries[key] else { return }
        let time = entry.lastEvaluated.map { max(time, $0 + .milliseconds(1)) } ?? time
        var sink = StoreSink(store: store)
        let outcome = entry.state.evaluate(at: time, over: store, into: &sink)
        entry.lastEvaluated = time
        entries[key] = entry
        expire(at: time)
        counts.evaluations += 1
        counts.failures += outcome.failures.count
        if saidFailures.count > Self.failuresSaid { saidFailures = [] }
        for failure in outcome.failures where saidFailures.insert("\(key):\(failure)").inserted {
            log.warning("rule group \(entry.state.group.name): \(failure)")
        }
        if !outcome.changes.isEmpty { await deliver(outcome.changes) }
    }

    private func expire(at time: Timestamp) {
        let now = Duration.monotonic
        if let lastExpiry, now - lastExpiry < Self.expiryRest { return }
        lastExpiry = now
        store.expire(at: time)
    }
}

/// Writes what rules produce (recorded series, `ALERTS`) to the store.
private struct StoreSink: SeriesSink {
    let store: Store

    mutating func append(_ points: [(Labels, Double)], at time: Timestamp) {
        store.append(points, at: time)
    }

    mutating func end(_ labels: [Labels], at time: Timestamp) {
        store.end(labels, at: time)
    }
}
