// SPDX-License-Identifier: Apache-2.0
import Synchronization
public import Vocabulary

/// Points of the series that somebody wants, compressed, in memory.
///
/// A batch costs one number a series: where its series stand is remembered by the identity of its layout. Writers and
/// readers wait for each other only while a reader takes references to what it needs; it decodes them, and applies
/// matchers to series that are new to it, outside of the lock.
public final class Store: SeriesSource, Sendable {
    private let shelves = Mutex(Shelves())
    /// How often a reader takes new series out of the lock before it looks at the rest inside.
    private static let attempts = 10_000

    public init() {}

    deinit {
        shelves.withLock { $0.clear() }
    }

    /// What is kept from now on; of what there is, it keeps what is still wanted.
    public func setDemand(_ demand: StoreDemand) {
        shelves.withLock { $0.setDemand(demand) }
    }

    /// The most series that may be here; those of a batch for which there is no room are left out until there is.
    public func setSeriesLimit(_ limit: Int) {
        shelves.withLock { $0.setSeriesLimit(limit) }
    }

    /// How far back points of the longest kept series are kept.
    public var kept: Duration { shelves.withLock { $0.demand.longest } }
    /// Points refused because their series had a newer one.
    public var rejected: Int { figures.rejected }
    public var seriesCount: Int { figures.series }
    public var figures: StoreFigures { shelves.withLock { $0.figures } }

    /// Appends one point to each of the batch's series.
    public func append(_ batch: SeriesBatch) {
        shelves.withLock { $0.append(batch) }
    }

    /// Appends one point to each of the series. A point at the time of the newest takes its place, an older one is
    /// refused and counted.
    public func append(_ points: [(Labels, Double)], at time: Timestamp) {
        shelves.withLock { shelves in
            for (labels, value) in points { shelves.append(labels, value, at: time) }
        }
    }

    /// Stale markers: the series `labels` end at `time`.
    public func end(_ labels: [Labels], at time: Timestamp) {
        append(labels.map { ($0, StaleMarker.value) }, at: time)
    }

    /// Stale markers for all series of a layout that nobody fills any more.
    public func end(_ layout: SeriesLayout, at time: Timestamp) {
        shelves.withLock { $0.end(layout, at: time) }
    }

    /// Drops what is older at `now` than the demand wants, and series that have no points left.
    public func expire(at now: Timestamp) {
        shelves.withLock { shelves in
            shelves.expire { keep in
                let (time, overflow) = now.milliseconds.subtractingReportingOverflow(keep)
                return overflow ? .min : time
            }
        }
    }

    /// Drops points at or before `time`, whoever wants them, and series that have none left.
    public func expire(before time: Timestamp) {
        shelves.withLock { $0.expire { _ in time.milliseconds } }
    }

    public func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        let (excerpts, _) = read(selection) { all -> ([Excerpt], [Never]) in
            var excerpts: [Excerpt] = []
            excerpts.reserveCapacity(min(all.count, limit))
            // Whoever's newest point is in reach gives one at least.
            var sure = 0
            for one in all where sure <= limit {
                guard let excerpt = one.excerpt(after: after.milliseconds, through: through.milliseconds) else {
                    continue
                }
                if let newest = one.newest, newest <= through.milliseconds { sure += 1 }
                excerpts.append(excerpt)
            }
            return (excerpts, [])
        }
        var found: [SeriesPoints] = []
        found.reserveCapacity(excerpts.count)
        var count = 0
        var times: [Int64] = []
        for excerpt in excerpts where count <= limit {
            let points = excerpt.points(&times)
            guard !points.isEmpty else { continue }
            found.append(SeriesPoints(labels: excerpt.labels, points: points))
            count += points.count
        }
        return found
    }

    public func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        let (newest, older) = read(selection) { all -> ([SeriesPoint], [Excerpt]) in
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
            return (newest, older)
        }
        var times: [Int64] = []
        return newest
            + older.compactMap { excerpt in
                excerpt.newest(&times).map { SeriesPoint(labels: excerpt.labels, point: $0) }
            }
    }

    /// What `take` takes of the series that `selection` means.
    private func read<First: Sendable, Second: Sendable>(
        _ selection: SeriesSelection, _ take: @Sendable ([Series]) -> ([First], [Second])
    ) -> ([First], [Second]) {
        let key = Selections.Key(selection)
        var attempts = 0
        while true {
            let (taken, next) = shelves.withLock { shelves -> (([First], [Second])?, Selections.Candidates?) in
                guard let shelf = shelves.shelf(of: selection.metric) else { return (([], []), nil) }
                let (all, next) = shelves.selections.members(
                    selection, key, of: shelf, atOnce: attempts > Self.attempts)
                return next == nil ? (take(all), nil) : (nil, next)
            }
            if let taken { return taken }
            guard let next else { return ([], []) }
            attempts += 1
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
