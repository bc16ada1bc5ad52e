// SPDX-License-Identifier: Apache-2.0
import Exposition
package import SeriesStore
import Synchronization
package import Vocabulary

/// Where the newest batches stand: the one owner of the snapshot, and the only writer of sampled series to the store.
///
/// A scrape reads what is here and waits for nobody; a page is rendered outside the lock under which batches are put, and
/// shared by the scrapes of the second after.
package final class Board: Sendable {
    /// Which batch: one part of one domain, one host's own series, or the agent's.
    package enum Key: Hashable, Sendable {
        case domain(DomainIdentity, Part)
        case host(String, HostPart)
        case agent
    }

    package enum Part: Hashable, Sendable {
        case state, events, guest
        /// By its place in the sampling plan.
        case group(Int)
    }

    package enum HostPart: Hashable, Sendable {
        case libvirt, rounds, capabilities
        /// By the name of the call that filled it.
        case node(String)
        /// What is beside the domains: pools, networks and so on.
        case objects(String)
    }

    fileprivate struct State {
        var batches = KeyedBatches()
        var generation: UInt64 = 0
        /// How many series the batches have together.
        var seriesCount = 0
        var seriesLimit = Int.max
        /// How many series each batch has for which there was no room.
        var leftOut: [Key: Int] = [:]
        /// When each host was last sampled.
        var ages = SampleAges()
        var rhythm = ScrapeRhythm()

        func snapshot(_ filter: PageFilter) -> [SeriesBatch] {
            batches.all { filter.takes($0) }
        }
    }

    private struct Pages {
        var renderer: TextRenderer
        var newest: (generation: UInt64, at: Duration, bytes: [UInt8])?
    }

    private static let pageLife = Duration.seconds(1)
    /// A page larger than this is not kept longer than it is shared.
    private static let largePage = 4 << 20
    /// Filters whose pages are kept; a page of another is made anew each time.
    private static let pageLimit = 16

    private let state = Mutex(State())
    private let pages = Mutex<[PageFilter: Pages]>([:])
    private let hasTimestamps: Bool
    package let store: Store

    /// With `timestamps`, each line of a page ends with the time of its sample.
    package init(store: Store, timestamps: Bool = false) {
        self.store = store
        hasTimestamps = timestamps
    }

    /// The most series that may stand here; a batch that has no room is left out and counted.
    package func setSeriesLimit(_ limit: Int) {
        state.withLock { $0.seriesLimit = limit }
        // In memory those stay a while that are gone here.
        store.setSeriesLimit(limit.multipliedReportingOverflow(by: 2).overflow ? .max : limit * 2)
    }

    /// How many series there was no room for.
    package var seriesLeftOut: Int { state.withLock { $0.leftOut.values.reduce(0, +) } }

    /// Puts `batch` in the place of the last one under `key`, and returns that; series that its shape no longer has end
    /// here.
    @discardableResult
    package func put(_ batch: SeriesBatch, as key: Key) -> SeriesBatch? {
        let (old, hasRoom) = state.withLock { state -> (SeriesBatch?, Bool) in
            let place = state.batches.place(of: key)
            let old = state.batches[place]
            state.generation &+= 1
            if old?.layout !== batch.layout {
                let added = batch.values.count - (old?.values.count ?? 0)
                guard added <= 0 || key.alwaysHasRoom || state.seriesCount + added <= state.seriesLimit else {
                    state.leftOut[key] = batch.values.count
                    _ = state.remove([key])
                    return (old, false)
                }
                state.seriesCount += added
                state.leftOut[key] = nil
            }
            state.batches.put(batch, as: key, at: place)
            return (old, true)
        }
        if let old, old.layout !== batch.layout { store.end(old.layout, at: batch.time) }
        if hasRoom { store.append(batch) }
        return old
    }

    /// Adds a point to the series of a host, and of its domains, that were put seldom: a counter of events, or a definition.
    ///
    /// A rule looks back five minutes, and takes a difference from two points; Prometheus would have scraped such a series
    /// all the time. For the owner of the keys alone, since a series that ends meanwhile must not come back.
    package func renew(_ connection: String, notPutSince limit: Timestamp, at time: Timestamp) {
        let filter = PageFilter(connection: connection)
        let seldom = state.withLock { state in
            if hasTimestamps { state.generation &+= 1 }
            return state.batches.renew(notPutSince: limit, at: time) { filter.takes($0) }
        }
        for batch in seldom { store.append(batch) }
    }

    /// Removes what stands under `keys`: its series end at `time`. Whether there was anything.
    @discardableResult
    package func remove(_ keys: [Key], at time: Timestamp) -> Bool {
        let removed = state.withLock { state -> [SeriesLayout] in
            for key in keys { state.leftOut[key] = nil }
            return state.remove(keys)
        }
        for layout in removed { store.end(layout, at: time) }
        return !removed.isEmpty
    }

    /// Notes that a host was sampled just now; `label` is the value of its series' label `host`.
    package func noteSample(of host: String, label: String?) {
        state.withLock { $0.ages.note(host, label: label, at: .monotonic) }
    }

    /// Forgets when a host was sampled, since it is watched no more.
    package func forgetSample(of host: String) {
        state.withLock { $0.ages.forget(host) }
    }

    package func snapshot(at time: Timestamp) -> Snapshot {
        state.withLock { Snapshot(time: time, batches: $0.snapshot(PageFilter())) }
    }

    /// Notes that a client asked for a page, so that rounds can end just before it does again.
    package func noteScrape(by client: String) {
        state.withLock { $0.rhythm.note(client, at: .monotonic) }
    }

    /// When the next scrape is awaited.
    var beat: ScrapeRhythm.Beat? { state.withLock { $0.rhythm.beat(at: .monotonic) } }

    /// Lets go of large pages that no scrape will share any more.
    func dropLargePages() {
        let hasDropped = pages.withLock { pages in
            var hasDropped = false
            for (filter, page) in pages {
                guard let newest = page.newest, newest.bytes.count > Self.largePage,
                    .monotonic - newest.at > Self.pageLife
                else { continue }
                pages[filter]?.newest = nil
                hasDropped = true
            }
            return hasDropped
        }
        // Outside the lock: a scrape does not wait for it.
        if hasDropped { ProcessMemory.giveBackFree() }
    }

    /// The newest snapshot in text format 0.0.4, with the samples' age at this moment; two of the same generation are the
    /// same.
    package func page(_ filter: PageFilter = PageFilter()) -> (bytes: [UInt8], generation: UInt64) {
        pages.withLock { pages in
            var own =
                pages.removeValue(forKey: filter)
                ?? Pages(renderer: TextRenderer(families: filter.families, timestamps: hasTimestamps))
            let now = Duration.monotonic
            let (snapshot, generation) = state.withLock { state in
                if let page = own.newest, page.generation == state.generation, now - page.at < Self.pageLife {
                    return (nil as Snapshot?, page.generation)
                }
                let ages = state.ages.batch(of: filter.connection, at: .now, now)
                // A scrape of the next second is another page, though nothing but the ages is new in it.
                state.generation &+= 1
                return (Snapshot(time: .now, batches: state.snapshot(filter) + [ages]), state.generation)
            }
            if let snapshot {
                // Before the next one is made: two large pages at a time are too many.
                own.newest = nil
                own.newest = (generation, now, own.renderer.render(snapshot))
            }
            let bytes = own.newest?.bytes ?? []
            if pages.count < Self.pageLimit { pages[filter] = own }
            return (bytes, generation)
        }
    }
}

extension Board.State {
    /// Takes the batches under `keys` away; their layouts.
    fileprivate mutating func remove(_ keys: [Board.Key]) -> [SeriesLayout] {
        let removed = keys.compactMap { batches.remove($0) }
        guard !removed.isEmpty else { return [] }
        seriesCount -= removed.reduce(0) { $0 + $1.values.count }
        generation &+= 1
        return removed.map(\.layout)
    }
}

/// Batches by their keys, in the order in which the keys came first. Taking one away costs the same however many there
/// are.
private struct KeyedBatches {
    private var places: [Board.Key: Int] = [:]
    /// nil where one was taken away.
    private var rows: [(key: Board.Key, batch: SeriesBatch)?] = []

    /// nil for a key that is not here.
    func place(of key: Board.Key) -> Int? { places[key] }

    subscript(place: Int?) -> SeriesBatch? { place.flatMap { rows[$0]?.batch } }

    /// `place` is that of the key.
    mutating func put(_ batch: SeriesBatch, as key: Board.Key, at place: Int?) {
        if let place {
            rows[place]?.batch = batch
        } else {
            places[key] = rows.count
            rows.append((key, batch))
        }
    }

    @discardableResult
    mutating func remove(_ key: Board.Key) -> SeriesBatch? {
        guard let place = places.removeValue(forKey: key) else { return nil }
        let batch = rows[place]?.batch
        rows[place] = nil
        if rows.count > 2 * places.count + 64 { compact() }
        return batch
    }

    func all(_ takes: (Board.Key) -> Bool) -> [SeriesBatch] {
        rows.compactMap { row in row.flatMap { takes($0.key) ? $0.batch : nil } }
    }

    /// Gives batches of `limit` or before another time: their values are true still. The new ones.
    mutating func renew(
        notPutSince limit: Timestamp, at time: Timestamp, _ takes: (Board.Key) -> Bool
    ) -> [SeriesBatch] {
        var renewed: [SeriesBatch] = []
        for (place, row) in rows.enumerated() {
            guard let row, row.batch.time <= limit, takes(row.key) else { continue }
            let batch = SeriesBatch(layout: row.batch.layout, values: row.batch.values, time: time)
            rows[place] = (row.key, batch)
            renewed.append(batch)
        }
        return renewed
    }

    private mutating func compact() {
        rows.removeAll { $0 == nil }
        for (place, row) in rows.enumerated() {
            if let row { places[row.key] = place }
        }
    }
}

extension Board.Key {
    /// Whether it is so small, and matters so much, that no limit keeps it out.
    fileprivate var alwaysHasRoom: Bool {
        switch self {
        case .agent, .host(_, .libvirt), .host(_, .rounds): true
        default: false
        }
    }
}

/// Which part of the snapshot a page shows.
package struct PageFilter: Hashable, Sendable {
    /// Only what belongs to this connection.
    package var connection: String?
    /// Only families of these names.
    package var families: Set<String>?

    package init(connection: String? = nil, families: Set<String>? = nil) {
        self.connection = connection
        self.families = families
    }

    fileprivate func takes(_ key: Board.Key) -> Bool {
        guard let connection else { return true }
        switch key {
        case .domain(let domain, _): return domain.connection == connection
        case .host(let name, _): return name == connection
        case .agent: return false
        }
    }
}
