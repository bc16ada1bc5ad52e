// SPDX-License-Identifier: Apache-2.0
import Synchronization
public import Vocabulary

/// Recent points of the series that somebody reads, in memory; a series of a name outside the demand is not kept.
///
/// A batch costs one number a series: where its series stand is remembered by the identity of its layout. Writers and
/// readers wait only for each other's copying.
public final class Store: SeriesSource, Sendable {
    private let shelves = Mutex(Shelves())

    public init() {}

    /// Keeps series called `names` (all, when nil), as far back as `keep`.
    public func setDemand(_ names: Set<String>?, keep: Duration) {
        shelves.withLock { $0.setDemand(names, keep: keep) }
    }

    /// How far back points are kept.
    public var kept: Duration { shelves.withLock { $0.keep } }
    /// Points refused because their series had a newer one.
    public var rejected: Int { shelves.withLock { $0.rejected } }
    public var seriesCount: Int { shelves.withLock { $0.count } }

    /// Appends one point to each of the batch's series.
    public func append(_ batch: SeriesBatch) {
        shelves.withLock { $0.append(batch) }
    }

    /// Appends one point to each of the series. A point at the time of the newest takes its place, an older one is
    /// refused and counted.
    public func append(_ points: [(Labels, Double)], at time: Timestamp) {
        shelves.withLock { shelves in
            for (labels, value) in points {
                guard let place = shelves.place(of: labels) else { continue }
                shelves.append(Point(time: time, value: value), at: place)
            }
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

    /// Drops points at or before `time`, and series that have none left.
    public func expire(before time: Timestamp) {
        shelves.withLock { $0.expire(before: time) }
    }

    public func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        shelves.withLock { $0.points(of: selection, after: after, through: through, limit: limit) }
    }

    public func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        shelves.withLock { $0.newestPoints(of: selection, after: after, through: through) }
    }
}
