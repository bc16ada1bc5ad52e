// SPDX-License-Identifier: Apache-2.0
import Synchronization
public import Vocabulary

/// Recent points of the series that somebody reads, in memory; a series of a name outside the demand is not kept.
///
/// One writer at a time appends, readers copy what they need; both wait only for each other's copying.
public final class Store: SeriesSource, Sendable {
    private struct Series {
        let labels: Labels
        var points: [Point] = []
    }

    private struct State {
        var demand: Set<String>? = []
        var keep = Duration.zero
        var series: [Labels: Series] = [:]
        var names: [String: Set<Labels>] = [:]
        var rejected = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Keeps series called `names` (all, when nil), as far back as `keep`.
    public func setDemand(_ names: Set<String>?, keep: Duration) {
        state.withLock {
            $0.demand = names
            $0.keep = keep
        }
    }

    /// How far back points are kept.
    public var kept: Duration { state.withLock { $0.keep } }
    /// Points refused because their series had a newer one.
    public var rejected: Int { state.withLock { $0.rejected } }
    public var seriesCount: Int { state.withLock { $0.series.count } }

    public func append(_ points: [(Labels, Double)], at time: Timestamp) {
        state.withLock { state in
            for (labels, value) in points { Self.append(value, to: labels, at: time, in: &state) }
        }
    }

    /// Stale markers: the series `labels` end at `time`.
    public func end(_ labels: [Labels], at time: Timestamp) {
        append(labels.map { ($0, StaleMarker.value) }, at: time)
    }

    /// Drops points at or before `time`, and series that have none left.
    public func expire(before time: Timestamp) {
        state.withLock { state in
            for labels in Array(state.series.keys) {
                state.series[labels]?.points.removeAll { $0.time <= time }
                guard state.series[labels]?.points.isEmpty == true else { continue }
                state.series[labels] = nil
                state.names[labels.name ?? ""]?.remove(labels)
            }
        }
    }

    public func select(
        metric: String?, after: Timestamp, through: Timestamp, matching: (Labels) -> Bool
    ) -> [SeriesPoints] {
        state.withLock { state in
            let candidates = metric.map { Array(state.names[$0] ?? []) } ?? Array(state.series.keys)
            return candidates.compactMap { labels in
                guard matching(labels), let series = state.series[labels] else { return nil }
                let points = series.points.filter { $0.time > after && $0.time <= through }
                return points.isEmpty ? nil : SeriesPoints(labels: labels, points: points)
            }
        }
    }

    private static func append(_ value: Double, to labels: Labels, at time: Timestamp, in state: inout State) {
        let name = labels.name ?? ""
        guard state.demand?.contains(name) ?? true else { return }
        if let last = state.series[labels]?.points.last, last.time >= time {
            state.rejected += 1
            return
        }
        state.series[labels, default: Series(labels: labels)].points.append(Point(time: time, value: value))
        state.names[name, default: []].insert(labels)
    }
}
