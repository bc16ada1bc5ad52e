// SPDX-License-Identifier: Apache-2.0
import Synchronization
public import Vocabulary

extension Store: SeriesSource {
    public func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        var found: [SeriesPoints] = []
        var count = 0
        var scratch = Excerpt.Scratch()
        let (length, overflows) = through.milliseconds.subtractingReportingOverflow(after.milliseconds)
        var reading = Reading(length: overflows ? nil : length)
        let isNeeded = selection.isNeeded
        while count <= limit, !reading.isDone {
            var slices = read(selection, &reading) { some, windows in
                some.enumerated().map { place, one -> Slice? in
                    if let isNeeded, !isNeeded(one.labels) { return nil }
                    var window = KeptWindow()
                    if place < windows.count { swap(&window, &windows[place]) }
                    return one.slice(after: after.milliseconds, through: through.milliseconds, window)
                }
            }
            if reading.isFirst {
                found.removeAll(keepingCapacity: true)
                found.reserveCapacity(reading.count)
                count = 0
            }
            for index in slices.indices where count <= limit {
                guard let labels = slices[index]?.labels else { continue }
                slices[index]?.decode(&scratch)
                guard let points = slices[index]?.window.points, !points.isEmpty else { continue }
                found.append(SeriesPoints(labels: labels, points: points))
                count += points.count
            }
            keep(slices.map { $0?.window ?? KeptWindow() }, selection, reading)
        }
        return found
    }

    public func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        var reading = Reading(portion: .max)
        var found: [SeriesPoint] = []
        var scratch = Excerpt.Scratch()
        while !reading.isDone {
            let taken = read(selection, &reading) { all, _ in
                var newest: [SeriesPoint] = []
                newest.reserveCapacity(all.count)
                var older: [Excerpt] = []
                for one in all {
                    guard let time = one.newest, time > through.milliseconds else {
                        if let point = one.newestPoint(after: after) { newest.append(point) }
                        continue
                    }
                    if let excerpt = one.excerpt(after: after.milliseconds, through: through.milliseconds) {
                        older.append(excerpt)
                    }
                }
                return [(newest, older)]
            }
            for (newest, older) in taken {
                found = newest
                for excerpt in older {
                    if let point = excerpt.newest(&scratch) {
                        found.append(SeriesPoint(labels: excerpt.labels, point: point))
                    }
                }
            }
        }
        return found
    }
}

extension Store {
    /// How often a reader takes new series out of the lock before it looks at the rest inside.
    private static let attempts = 10_000

    private func keep(_ windows: [KeptWindow], _ selection: SeriesSelection, _ reading: Reading) {
        guard reading.keeps, let length = reading.length, let version = reading.version else { return }
        let key = Selections.Key(selection)
        let places = reading.place - windows.count..<reading.place
        shelves.withLock { $0.selections.putWindows(windows, key, version, places, length: length) }
    }

    /// How far a reader is with a selection's series, which it takes some at a time: what of these it has in the caches
    /// is still there when it decodes them.
    private struct Reading {
        var portion = 64
        /// How long its windows are, in milliseconds, if it wants to have some of them kept.
        var length: Int64?
        /// Whether they are.
        var keeps = false
        var version: Selections.Version?
        var place = 0
        /// How many series there are.
        var count = 0
        /// Whether those that were taken are the first ones: what was taken before counts for nothing.
        var isFirst = false
        var isDone = false
        /// How often series came or left meanwhile.
        var restarts = 0
        var attempts = 0

        /// The next places of `series`; all of them where a change meanwhile has spoilt it too often.
        mutating func next(of series: [Series], _ version: Selections.Version) -> Range<Int> {
            if version != self.version {
                if self.version != nil { restarts += 1 }
                self.version = version
                place = 0
                count = series.count
            }
            if restarts > 3 { portion = .max }
            isFirst = place == 0
            let range = place..<(portion < count - place ? place + portion : count)
            place = range.upperBound
            isDone = place == count
            return range
        }
    }

    /// What `take` takes, under the lock, of the next series that `selection` means.
    private func read<Taken: Sendable>(
        _ selection: SeriesSelection, _ reading: inout Reading,
        _ take: @Sendable (ArraySlice<Series>, inout [KeptWindow]) -> [Taken]
    ) -> [Taken] {
        let key = Selections.Key(selection)
        while true {
            let before = reading
            let (taken, next, after) = shelves.withLock { shelves -> ([Taken], Selections.Candidates?, Reading) in
                var reading = before
                guard let shelf = shelves.shelf(of: selection.metric) else {
                    reading.isFirst = true
                    reading.isDone = true
                    return ([], nil, reading)
                }
                let (all, version, next) = shelves.selections.members(
                    selection, key, of: shelf, atOnce: reading.attempts > Self.attempts)
                guard next == nil else { return ([], next, reading) }
                let places = reading.next(of: all, version)
                let windows = reading.length.flatMap {
                    shelves.selections.takeWindows(key, places, length: $0)
                }
                reading.keeps = windows != nil
                var taken = windows ?? []
                return (take(all[places], &taken), nil, reading)
            }
            reading = after
            guard let next else { return taken }
            reading.attempts += 1
            let meant = next.labels.indices.filter { selection.matches(next.labels[$0]) }
            shelves.withLock { $0.selections.note(meant, of: next, key) }
        }
    }
}

extension Series {
    /// Its newest point, when that is later than `after`.
    fileprivate func newestPoint(after: Timestamp) -> SeriesPoint? {
        guard let home, home.strip.newest > max(after.milliseconds, shelf.cutoff) else { return nil }
        let time = Timestamp(milliseconds: home.strip.newest)
        return SeriesPoint(
            labels: labels, point: Point(time: time, value: home.strip.newestValue(home.column)))
    }
}
