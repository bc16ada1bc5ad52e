// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// The series of one line of `promql eval`, in the order of their labels, so that which of equal ones `topk` takes does
/// not depend on how they came.
struct LoadedSeries: SeriesSource {
    private struct Series {
        let labels: Labels
        /// Sorted by time.
        var points: [Point]
    }

    /// Samples after this are refused, so that no arithmetic on time can overflow.
    private static let latest: Int64 = 1 << 53

    private var all: [Series] = []
    /// Where each is in `all`, while they are loaded.
    private var places: [Labels: Int] = [:]
    private var named: [String: [Int]] = [:]

    init(_ loads: [EvaluationRequest.Load]) throws(QueryError) {
        for load in loads { try add(load) }
        all.sort { left, right in
            left.labels.all.lexicographicallyPrecedes(right.labels.all) { ($0.name, $0.value) < ($1.name, $1.value) }
        }
        for (place, series) in all.enumerated() { named[series.labels.name ?? "", default: []].append(place) }
        places = [:]
    }

    /// Adds points; where the series has one at the same time already, the new one stays.
    private mutating func add(_ load: EvaluationRequest.Load) throws(QueryError) {
        let labels = Labels(load.labels.map { Label($0.key, $0.value) })
        let points = try Self.points(load, of: labels)
        guard !points.isEmpty else { return }
        if let place = places[labels] {
            let old = all[place].points
            all[place].points = []
            all[place].points = Self.merge(old, points)
        } else {
            places[labels] = all.count
            all.append(Series(labels: labels, points: points))
        }
    }

    private static func points(_ load: EvaluationRequest.Load, of labels: Labels) throws(QueryError) -> [Point] {
        let (values, interval) = (load.values.all, load.interval.count)
        guard interval > 0 || (interval == 0 && values.count <= 1) else {
            throw QueryError("cannot load \(labels): an interval of \(interval) ms is not positive")
        }
        guard values.count <= 1 || interval <= latest / Int64(values.count - 1) else {
            throw QueryError(
                "cannot load \(labels): \(values.count) values every \(interval) ms go on after \(latest) ms")
        }
        return values.indices.compactMap { index in
            values[index].map { Point(time: Timestamp(milliseconds: Int64(index) * interval), value: $0) }
        }
    }

    private static func merge(_ old: [Point], _ new: [Point]) -> [Point] {
        guard let last = old.last, let first = new.first, last.time >= first.time else { return old + new }
        var result: [Point] = []
        result.reserveCapacity(old.count + new.count)
        var rest = old[...]
        for point in new {
            while let next = rest.first, next.time <= point.time {
                if next.time < point.time { result.append(next) }
                rest.removeFirst()
            }
            result.append(point)
        }
        return result + rest
    }

    /// The series that `selection` means, each with its points at times t with `after` < t <= `through`.
    private func parts(
        of selection: SeriesSelection, _ after: Timestamp, _ through: Timestamp
    ) -> some Sequence<(labels: Labels, points: ArraySlice<Point>)> {
        let places = selection.metric.map { named[$0] ?? [] } ?? Array(all.indices)
        return places.lazy.map { all[$0] }.filter { selection.matches($0.labels) }.map { series in
            let start = Self.count(in: series.points, through: after)
            let end = Self.count(in: series.points, through: through)
            return (series.labels, series.points[min(start, end)..<end])
        }.filter { !$0.points.isEmpty }
    }

    /// How many points are not after `time`.
    private static func count(in points: [Point], through time: Timestamp) -> Int {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        var result: [SeriesPoints] = []
        var count = 0
        for (labels, points) in parts(of: selection, after, through) {
            result.append(SeriesPoints(labels: labels, points: Array(points)))
            count += points.count
            if count > limit { break }
        }
        return result
    }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        parts(of: selection, after, through).compactMap { labels, points in
            points.last.map { SeriesPoint(labels: labels, point: $0) }
        }
    }
}
