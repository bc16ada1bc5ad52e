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

    package enum Part: Hashable, Sendable, CaseIterable {
        case state, definition, traffic, monitor, events, guest
    }

    package enum HostPart: Hashable, Sendable {
        case libvirt, rounds
        /// By the name of the call that filled it.
        case node(String)
    }

    private struct State {
        var batches: [Key: SeriesBatch] = [:]
        var order: [Key] = []
        var generation: UInt64 = 0
        /// When each host was last sampled.
        var ages = SampleAges()

        var snapshot: [SeriesBatch] { order.compactMap { batches[$0] } }
    }

    private struct Pages {
        var renderer = TextRenderer()
        var newest: (generation: UInt64, at: Duration, bytes: [UInt8])?
    }

    private static let pageLife = Duration.seconds(1)

    private let state = Mutex(State())
    private let pages = Mutex(Pages())
    package let store: Store

    package init(store: Store) {
        self.store = store
    }

    /// Puts `batch` in the place of the last one under `key`, and returns that; series that its shape no longer has end
    /// here.
    @discardableResult
    package func put(_ batch: SeriesBatch, as key: Key) -> SeriesBatch? {
        let old = state.withLock { state in
            let old = state.batches.updateValue(batch, forKey: key)
            if old == nil { state.order.append(key) }
            state.generation &+= 1
            return old
        }
        if let old, old.layout !== batch.layout { store.end(old.layout, at: batch.time) }
        store.append(batch)
        return old
    }

    /// Removes what stands under `keys`: its series end at `time`. Whether there was anything.
    @discardableResult
    package func remove(_ keys: [Key], at time: Timestamp) -> Bool {
        let removed = state.withLock { state -> [SeriesLayout] in
            let layouts = keys.compactMap { state.batches.removeValue(forKey: $0)?.layout }
            if !layouts.isEmpty {
                let left = state.batches
                state.order.removeAll { left[$0] == nil }
                state.generation &+= 1
            }
            return layouts
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
        state.withLock { Snapshot(time: time, batches: $0.snapshot) }
    }

    /// The newest snapshot in text format 0.0.4, with the samples' age at this moment; two of the same generation are the
    /// same.
    package func page() -> (bytes: [UInt8], generation: UInt64) {
        pages.withLock { pages in
            let now = Duration.monotonic
            let (snapshot, generation) = state.withLock { state in
                if let page = pages.newest, page.generation == state.generation, now - page.at < Self.pageLife {
                    return (nil as Snapshot?, page.generation)
                }
                let ages = state.ages.batch(at: .now, now)
                // A scrape of the next second is another page, though nothing but the ages is new in it.
                state.generation &+= 1
                return (Snapshot(time: .now, batches: state.snapshot + [ages]), state.generation)
            }
            if let snapshot {
                pages.newest = (generation, now, pages.renderer.render(snapshot))
            }
            return (pages.newest?.bytes ?? [], generation)
        }
    }
}
