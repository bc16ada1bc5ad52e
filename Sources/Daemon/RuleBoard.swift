// SPDX-License-Identifier: Apache-2.0
import Alerting
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
        var readNames: Set<String>? = []
        var kept = Duration.zero
    }

    private let state = Mutex(State())

    package init() {}

    func put(_ entry: Entry, as key: String) {
        state.withLock { $0.entries[key] = entry }
    }

    /// Takes `entries` in place of the ones before; of series called `readNames` (all, when nil) points are kept as far
    /// back as `kept`.
    func replace(_ entries: [String: Entry], readNames: Set<String>?, kept: Duration) {
        state.withLock { $0 = State(entries: entries, readNames: readNames, kept: kept) }
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
        let (readNames, kept) = state.withLock { ($0.readNames, $0.kept) }
        var doubts: [String] = []
        if let readNames {
            if let names {
                for name in names.subtracting(readNames).sorted() {
                    doubts.append("series called \(name.prefix(200)) are not kept, since no rule reads them")
                }
            } else {
                doubts.append("only series that a rule reads are kept")
            }
        }
        if reach > kept {
            doubts.append(
                "reads \(DurationText.format(reach)) back; points are kept for \(DurationText.format(kept))")
        }
        return doubts
    }
}
