// SPDX-License-Identifier: Apache-2.0
package import Libvirt
import Logging
import Sampling
package import Vocabulary

/// One event of a host's object, for the log and whoever shows it.
package struct ObjectNews: Hashable, Sendable {
    /// The connection's name.
    package let host: String
    package let event: ObjectEvent
    package let time: Timestamp
}

/// Events of networks, storage pools, devices and secrets: counted, passed on, and reason to read the object again.
extension HostWatch {
    private static let endings: Set<String> = ["undefined", "stopped", "deleted"]

    /// Registers for events, and begins to read.
    func beginObjects(_ opened: HostLinks) async {
        do throws(VirError) {
            let stream = try await opened.main.subscribeToObjects(buffer: 2048)
            guard links?.main === opened.main else { return }
            objects.events = stream
            for kind in [ObjectEvent.Kind.nodeDevice, .secret] { putCounters(kind, nil) }
            Task { [weak self] in
                for await event in stream.events { await self?.hear(event) }
            }
            Task { [weak self] in
                for await flood in stream.floods { await self?.quiet(flood) }
            }
        } catch {
            log.debug("cannot hear events of \(name)'s objects: \(error)")
        }
        guard links?.main === opened.main else { return }
        objects.isListening = true
        startObjectRound()
    }

    func hear(_ event: ObjectEvent) async {
        // What was heard before the connection ended is no reason to show an object after it.
        guard links != nil else { return }
        let now = Timestamp.now
        var changed = note(event, at: now)
        changed += count(event, at: now)
        await listener.heard(ObjectNews(host: name, event: event, time: now))
        await listener.changed(changed, at: .now)
        objects[event.kind == .storagePool ? .storage : .others].isWanted = true
        startObjectRound()
    }

    /// Marks what the event is about as not known any more; the series that begin with an object that is new.
    private func note(_ event: ObjectEvent, at now: Timestamp) -> [Labels] {
        if event.kind == .nodeDevice { objects.devicesAt = nil }
        guard let uuid = event.uuid else { return [] }
        let named = ObjectName(uuid: uuid, name: event.name)
        switch event.kind {
        case .storagePool:
            let began = Self.endings.contains(event.detail) ? [] : meet(pool: named)
            objects.pools[uuid]?.isDirty = true
            if event.family == "refresh" {
                objects.pools[uuid]?.facts.refreshedAt = now
            } else {
                objects.pools[uuid]?.facts.description = nil
            }
            return began
        case .network:
            let began = Self.endings.contains(event.detail) ? [] : meet(network: named)
            objects.networks[uuid]?.isDirty = true
            objects.networks[uuid]?.isStale = true
            return began
        case .nodeDevice, .secret: return []
        }
    }

    private func count(_ event: ObjectEvent, at now: Timestamp) -> [Labels] {
        switch event.kind {
        case .storagePool: if let uuid = event.uuid { objects.pools[uuid]?.counters.count(event.detail) }
        case .network: if let uuid = event.uuid { objects.networks[uuid]?.counters.count(event.detail) }
        case .nodeDevice, .secret:
            objects.counters[event.kind]?.count(event.detail)
            return putCounters(event.kind, nil)
        }
        return putCounters(event.kind, event.uuid)
    }

    /// Puts what was counted of an object, or of a kind, on the board; the series that changed.
    @discardableResult
    func putCounters(_ kind: ObjectEvent.Kind, _ uuid: ObjectUUID?) -> [Labels] {
        let batch: SeriesBatch?
        switch kind {
        case .storagePool: batch = uuid.flatMap { objects.pools[$0]?.counters.batch(at: .now) }
        case .network: batch = uuid.flatMap { objects.networks[$0]?.counters.batch(at: .now) }
        case .nodeDevice, .secret: batch = objects.counters[kind]?.batch(at: .now)
        }
        guard let batch else { return [] }
        return batch.changes(since: board.put(batch, as: eventKey(kind, uuid)))
    }

    // MARK: Floods

    /// How long a kind of event that floods is not listened to.
    private static let quietTime = Duration.seconds(30)

    private func quiet(_ flood: ObjectEventFlood) async {
        guard let links else { return }
        figures.floods += 1
        log.warning(
            "events flood; this kind is not listened to for \(DurationText.format(Self.quietTime))",
            metadata: ["object": "\(flood.name)", "host": "\(name)", "event": "\(flood.id)"])
        do throws(VirError) {
            try await links.main.silence(flood.id)
        } catch {
            log.debug("cannot stop listening to \(flood.id) of \(name): \(error)")
        }
        Task { [weak self] in
            // Never cancelled: a connection that has ended by then has nothing to listen to.
            try? await Task.sleep(for: Self.quietTime)
            await self?.listenAgain(to: flood, on: links)
        }
    }

    private func listenAgain(to flood: ObjectEventFlood, on old: HostLinks) async {
        guard let links, links.main === old.main else { return }
        do throws(VirError) {
            try await links.main.listen(to: flood.id)
            // The next whole run finds what came and went meanwhile.
            objects.doubt()
            for chain in ObjectFigures.Chain.allCases { objects[chain].beganAll = nil }
            log.notice("listening to \(flood.id) events of \(name) again")
        } catch {
            log.warning("cannot listen to \(flood.id) events of \(name) again: \(error)")
        }
    }
}
