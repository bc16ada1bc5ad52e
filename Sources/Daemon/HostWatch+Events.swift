// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Logging
import Sampling
import Vocabulary

/// Events: counted, turned into state at their own time, and passed on. No call here touches a monitor.
extension HostWatch {
    private static let definitionKinds: Set<String> = ["device_added", "device_removed", "metadata_change"]

    func hear(_ event: Event, dropped: Int) async {
        let now = Timestamp.now
        figures.droppedEvents = dropped
        let heard = event.heard(on: name, at: now)
        if domains[event.uuid] == nil { await meet(event.uuid) }
        if var domain = domains[event.uuid] {
            domain.counters.count(kind: heard.kind, detail: heard.detail)
            board.put(domain.counters.batch(at: now), as: .domain(domain.identity, .events))
            domains[event.uuid] = domain
        }
        var changed: Set<String> = [EventCounters.total.name]
        if heard.kind == "lifecycle", await refreshState(of: event.uuid) { changed.formUnion(Parts.stateNames) }
        await listener.heard(heard)
        await listener.changed(changed, at: .now)
        if Self.definitionKinds.contains(heard.kind) || heard.detail.hasPrefix("defined_") {
            await meet(event.uuid)
        }
        if heard.detail == "undefined_removed" || heard.detail.hasPrefix("stopped_") {
            await forgetIfGone(event.uuid)
        }
    }

    /// Reads the state after an event; whether it could.
    private func refreshState(of uuid: ObjectUUID) async -> Bool {
        guard let links else { return false }
        do throws(VirError) {
            // In two steps: no access to the dictionary may stay open while a call is awaited.
            let status = try await links.main.state(of: uuid)
            domains[uuid]?.status = status
            putState(of: uuid, at: .now)
            return true
        } catch {
            // A transient domain is gone when it stops; forgetIfGone tells, after the event has been passed on.
            log.debug("cannot read a state after an event of \(name): \(error)")
            return false
        }
    }

    private func forgetIfGone(_ uuid: ObjectUUID) async {
        guard let links else { return }
        do throws(VirError) {
            let listed = try await links.main.domain(uuid)
            domains[uuid]?.listed = listed
        } catch {
            if error.code == .noDomain { forget(uuid, at: .now) }
        }
    }
}
