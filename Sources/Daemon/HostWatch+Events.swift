// SPDX-License-Identifier: Apache-2.0
import Libvirt
import Vocabulary

/// Events: counted, turned into state at their own time, and passed on. No call here touches a monitor.
extension HostWatch {
    private static let definitionKinds: Set<String> = ["device_added", "device_removed", "metadata_change"]

    func hear(_ event: Event, dropped: Int) async {
        let now = Timestamp.now
        droppedEvents = dropped
        let heard = event.heard(on: name, at: now)
        if domains[event.uuid] == nil { await meet(event.uuid) }
        if var domain = domains[event.uuid] {
            domain.counters.count(kind: heard.kind, detail: heard.detail)
            board.put(domain.counters.batch(at: now), as: .domain(domain.identity, .events))
            domains[event.uuid] = domain
        }
        if heard.kind == "lifecycle" { await refreshState(of: event.uuid) }
        await listener.changed(["libvirt_domain_events_total", "libvirt_domain_state"], at: .now)
        await listener.heard(heard)
        if Self.definitionKinds.contains(heard.kind) || heard.detail.hasPrefix("defined_") {
            await describe(event.uuid)
        }
        if heard.detail == "undefined_removed" || heard.detail.hasPrefix("stopped_") {
            await forgetIfGone(event.uuid)
        }
    }

    private func refreshState(of uuid: ObjectUUID) async {
        guard let links else { return }
        do throws(VirError) {
            let status = try await links.main.state(of: uuid)
            domains[uuid]?.status = status
            putState(of: uuid, at: .now)
        } catch {
            // A transient domain is gone when it stops; forgetIfGone tells, after the event has been passed on.
            log.debug("cannot read a state after an event of \(name): \(error)")
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

    /// What is known of a domain now, read afresh; nil when it is gone or libvirt does not answer.
    func facts(of identity: DomainIdentity) async -> DomainFacts? {
        let uuid = ObjectUUID(high: identity.uuid.high, low: identity.uuid.low)
        guard let links else { return nil }
        do throws(VirError) {
            let listed = try await links.main.domain(uuid)
            domains[uuid]?.listed = listed
            domains[uuid]?.status = listed.status
            return domains[uuid]?.facts
        } catch {
            return nil
        }
    }
}
