// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The store's contents: series found by their labels, in strips found by a layout that was seen before.
struct Shelves {
    /// A layout's strips, of those series that somebody wants. The layout is kept alive, since its identity is the key.
    private struct Known {
        let layout: SeriesLayout
        let strips: [(strip: Strip, places: StripPlaces)]
    }

    private(set) var demand = StoreDemand()
    private var rejected = 0
    private var seriesLimit = Int.max
    /// Layouts that have series for which there was no room.
    private var incomplete: Set<ObjectIdentifier> = []
    private var byLabels: [Labels: Series] = [:]
    private var names: [String: Shelf] = [:]
    /// Series of all names.
    private let all = Shelf()
    private var strips: [Strip] = []
    private var layouts: [ObjectIdentifier: Known] = [:]
    /// How many strips were made.
    private var made = 0
    var selections = Selections()

    var figures: StoreFigures {
        StoreFigures(
            series: byLabels.count, samples: strips.reduce(0) { $0 + $1.samples },
            bytes: strips.reduce(0) { $0 + $1.bytes }, rejected: rejected, selections: selections.count)
    }

    /// The series called `metric`, or all; nil when there are none.
    func shelf(of metric: String?) -> Shelf? {
        guard let metric else { return all }
        return names[metric]
    }

    // MARK: Writing

    mutating func append(_ batch: SeriesBatch) {
        for (strip, places) in known(batch.layout).strips {
            write(to: strip, at: batch.time) { $0.fill(batch.values, at: places) }
        }
    }

    mutating func append(_ labels: Labels, _ value: Double, at time: Timestamp) {
        guard let one = series(labels) else { return }
        let strip = one.ownStrip ?? makeStrip([one], layout: nil, keep: one.shelf.keep ?? 0)
        one.ownStrip = strip
        write(to: strip, at: time) { $0.fill(value) }
    }

    mutating func end(_ layout: SeriesLayout, at time: Timestamp) {
        // Of one that is not known, those series end that there are.
        let strips = layouts[ObjectIdentifier(layout)]?.strips ?? makeStrips(of: layout, addsSeries: false)
        for (strip, _) in strips {
            write(to: strip, at: time) { $0.fill(StaleMarker.value) }
            strip.close()
        }
        layouts[ObjectIdentifier(layout)] = nil
        incomplete.remove(ObjectIdentifier(layout))
    }

    private mutating func write(to strip: Strip, at time: Timestamp, _ fill: (Strip) -> Void) {
        guard strip.begin(at: time.milliseconds) else {
            rejected += strip.width
            return
        }
        fill(strip)
        if !strip.strangers.isEmpty { settle(strip, at: time.milliseconds) }
    }

    /// Series whose newest point was elsewhere, or was not yet, move to the strip's columns.
    private mutating func settle(_ strip: Strip, at time: Int64) {
        var refused: [Int] = []
        for column in strip.strangers {
            var one = strip.columns[column]
            if one.isGone {
                guard let again = series(one.labels) else { continue }
                strip.set(column, to: again)
                one = again
            }
            if let newest = one.newest, newest > time {
                rejected += 1
                refused.append(column)
            } else {
                one.move(to: strip, column, at: time)
            }
        }
        strip.setStrangers(refused)
    }

    // MARK: Series and strips

    /// The series `labels`, a new one if need be; nil when nobody wants its name.
    private mutating func series(_ labels: Labels) -> Series? {
        if let one = byLabels[labels] { return one }
        let name = labels.name ?? ""
        guard let keep = demand.keep(of: name) else { return nil }
        let shelf = names[name] ?? Shelf()
        shelf.keep = keep.milliseconds
        names[name] = shelf
        let one = Series(labels, shelf)
        byLabels[labels] = one
        shelf.add(one)
        all.add(one)
        return one
    }

    private mutating func known(_ layout: SeriesLayout) -> Known {
        if let known = layouts[ObjectIdentifier(layout)] { return known }
        let known = Known(layout: layout, strips: makeStrips(of: layout, addsSeries: true))
        layouts[ObjectIdentifier(layout)] = known
        return known
    }

    /// New strips for those of a layout's series that somebody wants: series that are kept equally long stand together.
    private mutating func makeStrips(
        of layout: SeriesLayout, addsSeries: Bool
    ) -> [(strip: Strip, places: StripPlaces)] {
        // Of two with the same labels, the later one wins.
        var last: [ObjectIdentifier: Int] = [:]
        var wanted: [(index: Int, series: Series)] = []
        for (index, entry) in layout.template.entries.enumerated() where demand.keep(of: entry.family.name) != nil {
            // Labels are made for those only that are wanted.
            let labels = layout.labels(at: index)
            let hasRoom = byLabels.count < seriesLimit
            guard let one = byLabels[labels] ?? (addsSeries && hasRoom ? series(labels) : nil) else {
                if addsSeries, !hasRoom { incomplete.insert(ObjectIdentifier(layout)) }
                continue
            }
            last[ObjectIdentifier(one)] = index
            wanted.append((index, one))
        }
        wanted.removeAll { last[ObjectIdentifier($0.series)] != $0.index }
        let groups = Dictionary(grouping: wanted) { $0.series.shelf.keep ?? 0 }
        return groups.flatMap { keep, members in
            stride(from: 0, to: members.count, by: Strip.widest).map { start in
                let some = members[start..<min(start + Strip.widest, members.count)]
                let strip = makeStrip(some.map(\.series), layout: ObjectIdentifier(layout), keep: keep)
                return (strip, StripPlaces(some.map { Int32($0.index) }))
            }
        }
    }

    private mutating func makeStrip(_ columns: [Series], layout: ObjectIdentifier?, keep: Int64) -> Strip {
        made &+= 1
        let strip = Strip(columns, layout: layout, keep: keep, number: made)
        strips.append(strip)
        return strip
    }

    private mutating func remove(_ one: Series) {
        byLabels[one.labels] = nil
        one.leave()
        one.shelf.noteOneLeft()
        all.noteOneLeft()
        if one.shelf.count == 0 { names[one.labels.name ?? ""] = nil }
    }

    /// Looks a layout's strips up anew the next time.
    private mutating func forget(_ layout: ObjectIdentifier) {
        incomplete.remove(layout)
        guard let known = layouts.removeValue(forKey: layout) else { return }
        for (strip, _) in known.strips { strip.close() }
    }

    // MARK: Demand and age

    mutating func setSeriesLimit(_ limit: Int) {
        seriesLimit = limit
        retry()
    }

    /// Series for which there was no room come in with their next batch.
    private mutating func retry() {
        guard byLabels.count < seriesLimit else { return }
        for layout in incomplete { forget(layout) }
    }

    mutating func setDemand(_ new: StoreDemand) {
        guard new != demand else { return }
        let old = demand
        demand = new
        for (key, known) in layouts {
            let names = known.layout.template.runs.lazy.map(\.family.name)
            if !names.allSatisfy({ old.keep(of: $0) == new.keep(of: $0) }) { forget(key) }
        }
        for (name, shelf) in names { shelf.keep = new.keep(of: name)?.milliseconds }
        for one in byLabels.values where one.shelf.keep == nil { remove(one) }
        strips.removeAll { strip in
            let keeps = strip.columns.lazy.filter { !$0.isGone }.compactMap(\.shelf.keep)
            guard let least = keeps.min(), let most = keeps.max() else {
                strip.end()
                return true
            }
            strip.keeps = least...most
            return false
        }
        prune()
    }

    private mutating func prune() {
        let (all, names) = (all, names)
        selections.prune { $0.map { names[$0] } ?? all }
    }

    /// Drops what is at or before `cutoff`, which is told how long it is kept, and series that have nothing left.
    mutating func expire(_ cutoff: (_ keep: Int64) -> Int64) {
        for shelf in names.values { shelf.cutoff = max(shelf.cutoff, cutoff(shelf.keep ?? 0)) }
        var ended: [Strip] = []
        for strip in strips {
            let furthest = cutoff(strip.keeps.upperBound)
            strip.drop(through: furthest)
            // A series has all its older points before those of the strip where it is at home.
            if strip.newest <= cutoff(strip.keeps.lowerBound) {
                for one in strip.columns where one.home?.strip === strip && strip.newest <= one.shelf.cutoff {
                    remove(one)
                }
            }
            if strip.newest <= furthest { ended.append(strip) }
        }
        for strip in ended {
            if let layout = strip.layout { forget(layout) }
            for one in strip.columns { one.forget(strip) }
            strip.end()
        }
        guard !ended.isEmpty else { return }
        strips.removeAll(where: \.columns.isEmpty)
        retry()
        prune()
    }

    /// Undoes the circles between series and strips.
    mutating func clear() {
        for one in byLabels.values { one.leave() }
        for strip in strips { strip.end() }
    }
}
