// SPDX-License-Identifier: Apache-2.0
import Alerting
import PromQL
import SeriesStore
import Vocabulary

/// The rules over the agent's own store.
struct OwnSide {
    /// One evaluation of all groups.
    struct Run {
        var groups: [String: Double] = [:]
        var wall = 0.0
        var processor = 0.0
    }

    let store = Store()
    private var data = DataSet()
    private var states: [GroupState]
    private let index: ReadIndex
    private var now: Timestamp

    /// An hour of rounds, up to `now`.
    init(_ groups: [RuleGroup], upTo now: Timestamp) {
        states = groups.map { GroupState($0) }
        index = ReadIndex(groups)
        self.now = now - DataSet.interval * DataSet.rounds
        var demand = StoreDemand(history: .seconds(3600))
        for group in groups {
            for (name, reach) in group.reaches { demand.add(name, reach: reach + .seconds(120)) }
            for name in group.madeNames { demand.add(name, reach: Query.lookback + .seconds(120)) }
        }
        store.setDemand(demand)
    }

    /// How many milliseconds of CPU time it took to append the next round.
    mutating func append() -> Double {
        now = now + DataSet.interval
        let batches = data.round(at: now)
        let store = store
        let time = Stopwatch.processor { for batch in batches { store.append(batch) } }
        store.expire(at: now)
        return time
    }

    /// All groups, one after another, as the agent's runner does it.
    mutating func evaluate() -> Run {
        var run = Run()
        let began = Stopwatch.now()
        run.processor = Stopwatch.processor {
            for place in states.indices { run.groups[states[place].group.name] = evaluate(place, at: now) }
        }
        run.wall = Stopwatch.now() - began
        return run
    }

    private mutating func evaluate(_ place: Int, at time: Timestamp) -> Double {
        var sink = StoreSink(store: store)
        let outcome = states[place].evaluate(
            at: time, over: store, into: &sink, clock: { .nanoseconds(Int64(Stopwatch.now() * 1e6)) })
        precondition(outcome.failures.isEmpty, "\(outcome.failures)")
        return states[place].report(every: DataSet.interval).duration.inSeconds * 1000
    }

    /// A domain's events and states have changed: how long it takes to find the groups, and to evaluate them.
    mutating func event(
        of number: Int, after: Duration
    ) -> (lookUp: Double, groups: [String], wall: Double, processor: Double) {
        let changed = data.sources[number].layout.series.map(\.labels).filter {
            ["libvirt_domain_state", "libvirt_domain_state_code", "libvirt_domain_events_total"].contains($0.name)
        }
        var found: [Int] = []
        let lookUp = Stopwatch.wall { found = index.groups(reading: changed) }
        let names = found.map { states[$0].group.name }
        var wall = 0.0
        let processor = Stopwatch.processor { for place in found { wall += evaluate(place, at: now + after) } }
        return (lookUp, names, wall, processor)
    }

    /// The alerts of each name, pending and firing.
    var alerts: [String: Int] {
        Dictionary(
            states.flatMap(\.alerts).map { ("\($0.labels["alertname"] ?? "") \($0.state)", 1) }, uniquingKeysWith: +)
    }

    /// What each rule took in the last evaluation, in milliseconds.
    var rules: [(name: String, time: Double)] {
        states.flatMap { $0.report(every: DataSet.interval).rules }.map { ($0.name, $0.duration.inSeconds * 1000) }
    }
}
