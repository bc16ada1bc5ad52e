// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import SeriesStore
import Synchronization
package import Vocabulary

/// How the rules stand, for whoever asks: never waits for an evaluation.
package final class RuleBoard: Sendable {
    /// What is counted of one group.
    package struct Figures: Sendable {
        package let file: String
        package let group: String
        package let interval: Duration
        /// Evaluations at the interval that came too late and were left out.
        package let missed: Int
        package let duration: Duration
        package let lastEvaluation: Timestamp?
    }

    struct Entry: Sendable {
        var state: GroupState
        var interval: Duration
        var missed = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var demand = StoreDemand()
    }

    private let state = Mutex(State())

    package init() {}

    func put(_ entry: Entry, as key: String) {
        state.withLock { $0.entries[key] = entry }
    }

    /// Takes `entries` in place of the ones before; the store keeps what `demand` says.
    func replace(_ entries: [String: Entry], demand: StoreDemand) {
        state.withLock { $0 = State(entries: entries, demand: demand) }
    }

    /// Every group, sorted by file and name.
    package var reports: [RuleGroupReport] {
        entries.map { $0.state.report(every: $0.interval) }
    }

    /// How many alerts are pending, and how many firing.
    package var counts: (pending: Int, firing: Int) {
        let alerts = entries.flatMap(\.state.alerts)
        let firing = alerts.count { $0.state == .firing }
        return (alerts.count - firing, firing)
    }

    /// The alerts that fire and those that were resolved lately, with how often each is evaluated.
    var standingAlerts: [StandingAlert] {
        // In any order, and outside the lock.
        let entries = state.withLock { Array($0.entries.values) }
        return entries.flatMap { entry in
            entry.state.alertsToTell.map { StandingAlert(alert: $0, interval: entry.interval) }
        }
    }

    package var figures: [Figures] {
        entries.map { entry in
            let report = entry.state.report(every: entry.interval)
            return Figures(
                file: report.file, group: report.name, interval: entry.interval, missed: entry.missed,
                duration: report.duration, lastEvaluation: report.lastEvaluation)
        }
    }

    private var entries: [Entry] {
        state.withLock { Array($0.entries.values) }.sorted {
            ($0.state.group.file, $0.state.group.name) < ($1.state.group.file, $1.state.group.name)
        }
    }

    /// What makes the answer to a query that reads series called `names` (any, when nil) as far back as `reach` less than
    /// the whole truth, a sentence each.
    func doubts(names: Set<String>?, reach: Duration) -> [String] {
        let demand = state.withLock { $0.demand }
        guard let names else {
            let kept = max(demand.anyName, demand.history)
            if kept >= reach { return [] }
            return [
                "only what a rule reads is kept for longer than \(DurationText.format(kept)); promql.history keeps all"
            ]
        }
        return names.sorted().compactMap { name in
            guard let kept = demand.keep(of: name) else {
                return
                    "series called \(name.prefix(200)) are not kept: no rule reads them, and promql.history is not set"
            }
            guard reach > kept else { return nil }
            return "reads \(DurationText.format(reach)) back; points of \(name.prefix(200)) are kept for "
                + "\(DurationText.format(kept))"
        }
    }
}
