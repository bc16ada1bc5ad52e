// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Events: counted, turned into state at their own time, and passed on. No call here touches a monitor.
extension HostWatch {
    private static let definitionKinds: Set<String> = [
        "device_added", "device_removed", "metadata_change", "disk_change", "nic_mac_change",
    ]

    /// A domain's interfaces have names on the host while it runs, and another start may give them others; one that is
    /// undefined while it runs is transient from then on.
    private static let definingDetails = ["defined_", "started_", "stopped_", "undefined_removed"]

    func hear(_ event: Event) async {
        guard domains[event.uuid] != nil || plan.filter.covers(event.name) else { return }
        let now = Timestamp.now
        let heard = event.heard(on: name, at: now)
        if domains[event.uuid] == nil { await meet(event.uuid) }
        var changed = count(heard, of: event.uuid)
        if heard.startsDomain { domains[event.uuid]?.started(at: now) }
        if heard.kind == "lifecycle" { changed += await refreshState(of: event.uuid) }
        changed += noteAgent(heard, of: event.uuid)
        hurryDetails(of: event.uuid, after: heard)
        await listener.heard(heard)
        await listener.changed(changed, at: .now)
        if Self.definitionKinds.contains(heard.kind) || Self.definingDetails.contains(where: heard.detail.hasPrefix) {
            await meet(event.uuid)
        }
    }

    /// How long a kind of event that floods is not listened to.
    private static let quietTime = Duration.seconds(30)

    /// Stops listening to a kind of event that one domain floods: a client that lags makes libvirt's daemon grow. States
    /// are still compared in each round; when listening begins again, everything is.
    func quiet(_ flood: EventFlood) async {
        guard let links else { return }
        figures.floods += 1
        log.warning(
            "a domain floods events; this kind is not listened to for \(DurationText.format(Self.quietTime))",
            metadata: ["domain": "\(flood.name)", "host": "\(name)", "event": "\(flood.kindName)"])
        do throws(VirError) {
            try await links.main.silence(flood.id)
        } catch {
            log.debug("cannot stop listening to \(flood.kindName) of \(name): \(error)")
        }
        listenLater(to: flood, on: links)
    }

    private func listenLater(to flood: EventFlood, on links: HostLinks) {
        Task { [weak self] in
            // Never cancelled: a connection that has ended by then has nothing to listen to.
            try? await Task.sleep(for: Self.quietTime)
            await self?.listenAgain(to: flood, on: links)
        }
    }

    private func listenAgain(to flood: EventFlood, on old: HostLinks) async {
        guard let links, links.main === old.main else { return }
        do throws(VirError) {
            try await links.main.listen(to: flood.id)
            await reconcile(try await links.main.domains(), links)
            log.notice("listening to \(flood.kindName) events of \(name) again")
        } catch {
            log.warning("cannot listen to \(flood.kindName) events of \(name) again, which is tried later: \(error)")
            listenLater(to: flood, on: links)
        }
    }

    private func count(_ event: DomainEvent, of uuid: ObjectUUID) -> [Labels] {
        guard let domain = domains[uuid] else { return [] }
        domain.counters.count(kind: event.kind, detail: event.detail)
        let batch = domain.counters.batch(at: event.time)
        return batch.changes(since: board.put(batch, as: .domain(domain.identity, .events)))
    }

    /// Reads the state after an event; the series that it changed.
    private func refreshState(of uuid: ObjectUUID) async -> [Labels] {
        guard let links else { return [] }
        do throws(VirError) {
            let status = try await links.main.state(of: uuid)
            if let domain = domains[uuid] { note(status, of: domain) }
            return putState(of: uuid, at: .now)
        } catch {
            // A transient domain is gone when it stops; meet finds that, after the event has been passed on.
            log.debug("cannot read a state after an event of \(name): \(error)")
            return []
        }
    }
}

extension DomainEvent {
    /// Whether the domain runs from here on that did not; one that wakes up has run all the time.
    fileprivate var startsDomain: Bool {
        kind == "lifecycle" && detail.hasPrefix("started_") && detail != "started_wakeup"
    }
}
