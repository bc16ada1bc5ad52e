// SPDX-License-Identifier: Apache-2.0
import Exposition
package import SeriesStore
import Synchronization
package import Vocabulary

/// Where the newest batches stand: the one owner of the snapshot, and the only writer of sampled series to the store.
///
/// A scrape reads what is here and waits for nobody; the page is rendered once a generation and shared.
package final class Board: Sendable {
    /// Which batch: one part of one domain, one host's own series, or the agent's.
    package enum Key: Hashable, Sendable {
        case domain(DomainIdentity, Part)
        case host(String, HostPart)
        case agent
    }

    package enum Part: Hashable, Sendable, CaseIterable {
        case state, definition, traffic, monitor, events
    }

    package enum HostPart: Hashable, Sendable {
        case libvirt, rounds
    }

    private struct State {
        var batches: [Key: SeriesBatch] = [:]
        var order: [Key] = []
        var generation: UInt64 = 0
        var rendered: (generation: UInt64, bytes: [UInt8])?
        var renderer = TextRenderer()
    }

    private let state = Mutex(State())
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

    package func snapshot(at time: Timestamp) -> Snapshot {
        state.withLock { state in
            Snapshot(time: time, batches: state.order.compactMap { state.batches[$0] })
        }
    }

    /// The newest snapshot in text format 0.0.4; two of the same generation are the same.
    package func page() -> (bytes: [UInt8], generation: UInt64) {
        state.withLock { state in
            if let rendered = state.rendered, rendered.generation == state.generation {
                return (rendered.bytes, rendered.generation)
            }
            let snapshot = Snapshot(time: .now, batches: state.order.compactMap { state.batches[$0] })
            let bytes = state.renderer.render(snapshot)
            state.rendered = (state.generation, bytes)
            return (bytes, state.generation)
        }
    }
}
