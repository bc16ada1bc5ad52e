// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The store's contents: a numbered place for each series, found by labels or by a layout that was seen before.
struct Shelves {
    private struct Series {
        let labels: Labels
        var points: [Point] = []
    }

    /// Where those of a layout's series stand that somebody reads. The layout is kept alive, since its identity is the key.
    private struct Known {
        let layout: SeriesLayout
        let places: [(index: Int, place: Int)]
    }

    private var demand: Set<String>? = []
    private(set) var keep = Duration.zero
    private(set) var rejected = 0
    private var series: [Series?] = []
    private var free: [Int] = []
    private var byLabels: [Labels: Int] = [:]
    private var byName: [String: Set<Int>] = [:]
    private var layouts: [ObjectIdentifier: Known] = [:]

    var count: Int { byLabels.count }

    mutating func setDemand(_ names: Set<String>?, keep: Duration) {
        demand = names
        self.keep = keep
        layouts = [:]
    }

    /// The place of the series `labels`, a new one if need be; nil when nobody reads its name.
    mutating func place(of labels: Labels) -> Int? {
        let name = labels.name ?? ""
        guard demand?.contains(name) ?? true else { return nil }
        if let place = byLabels[labels] { return place }
        let place = free.popLast() ?? series.count
        if place == series.count { series.append(nil) }
        series[place] = Series(labels: labels)
        byLabels[labels] = place
        byName[name, default: []].insert(place)
        return place
    }

    mutating func append(_ batch: SeriesBatch) {
        for (index, place) in places(of: batch.layout) {
            append(Point(time: batch.time, value: batch.values[index]), at: place)
        }
    }

    mutating func end(_ layout: SeriesLayout, at time: Timestamp) {
        for (_, place) in places(of: layout) {
            append(Point(time: time, value: StaleMarker.value), at: place)
        }
        layouts[ObjectIdentifier(layout)] = nil
    }

    mutating func append(_ point: Point, at place: Int) {
        guard let newest = series[place]?.points.last else {
            series[place]?.points.append(point)
            return
        }
        if newest.time > point.time {
            rejected += 1
        } else if newest.time == point.time {
            series[place]?.points.removeLast()
            series[place]?.points.append(point)
        } else {
            series[place]?.points.append(point)
        }
    }

    private mutating func places(of layout: SeriesLayout) -> [(index: Int, place: Int)] {
        if let known = layouts[ObjectIdentifier(layout)] { return known.places }
        var places: [(index: Int, place: Int)] = []
        for (index, entry) in layout.template.entries.enumerated() {
            // Labels are made for those only that are read.
            guard demand?.contains(entry.family.name) ?? true else { continue }
            if let place = place(of: layout.labels(at: index)) { places.append((index, place)) }
        }
        layouts[ObjectIdentifier(layout)] = Known(layout: layout, places: places)
        return places
    }

    mutating func expire(before time: Timestamp) {
        for place in series.indices {
            guard let points = series[place]?.points else { continue }
            if let newest = points.last, newest.time > time {
                // A quarter may be too old before they are moved: one copy then pays for many points.
                let old = points.prefixCount(through: time)
                if old > points.count / 4 { series[place]?.points.removeFirst(old) }
            } else {
                remove(place)
            }
        }
    }

    /// Frees a place; layouts that knew it look theirs up again.
    private mutating func remove(_ place: Int) {
        guard let labels = series[place]?.labels else { return }
        series[place] = nil
        byLabels[labels] = nil
        byName[labels.name ?? ""]?.remove(place)
        free.append(place)
        layouts = [:]
    }

    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        var found: [SeriesPoints] = []
        var count = 0
        for one in all(of: selection) {
            let start = one.points.prefixCount(through: after)
            let end = one.points.prefixCount(through: through)
            guard start < end else { continue }
            found.append(SeriesPoints(labels: one.labels, points: Array(one.points[start..<end])))
            count += end - start
            if count > limit { break }
        }
        return found
    }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        all(of: selection).compactMap { one in
            let end = one.points.prefixCount(through: through)
            guard end > 0, one.points[end - 1].time > after else { return nil }
            return SeriesPoint(labels: one.labels, point: one.points[end - 1])
        }
    }

    private func all(of selection: SeriesSelection) -> [Series] {
        (selection.metric.map { Array(byName[$0] ?? []) } ?? Array(series.indices)).compactMap { place in
            guard let one = series[place], selection.matches(one.labels) else { return nil }
            return one
        }
    }
}

extension [Point] {
    /// How many points are not later than `time`; they are in order of time.
    fileprivate func prefixCount(through time: Timestamp) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if self[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
