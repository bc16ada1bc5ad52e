// SPDX-License-Identifier: Apache-2.0
import Synchronization
public import Vocabulary

/// Points of the series that somebody wants, compressed, in memory.
///
/// A batch costs one number a series: where its series stand is remembered by the identity of its layout. Writers and
/// readers wait for each other only while a reader takes references to what it needs; it decodes them, and applies
/// matchers to series that are new to it, outside of the lock.
public final class Store: Sendable {
    let shelves = Mutex(Shelves())

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
}
