// SPDX-License-Identifier: Apache-2.0
import Alerting
public import Vocabulary

/// What opens an incident, and what is added to one.
extension Remediator {
    /// An event, in the order in which libvirt told it.
    public mutating func hear(_ event: DomainEvent, now: Moment) -> [Order] {
        // Another life: what was seen of the one before says nothing.
        if event.word.hasPrefix("started_") || event.word.hasPrefix("stopped_") { hangs[event.domain] = nil }
        guard settings.mode != .off || record(of: event.domain) != nil else { return [] }
        var orders: [Order] = []
        change(event.domain) { record, machine in orders = machine.hear(event, in: &record, now) }
        return orders
    }

    /// A change that no event told of.
    public mutating func hear(_ finding: DomainFinding, now: Moment) -> [Order] {
        guard settings.mode != .off, finding.now?.isRunning != true else { return [] }
        // Who was off and is gone was undefined: nothing happened to it.
        guard finding.now != nil || finding.before.isActive else { return [] }
        var orders: [Order] = []
        change(finding.domain) { record, machine in
            switch record.phase {
            case .idle, .probation:
                // A domain that was shut off before has not changed: libvirt's daemon only forgot why.
                guard finding.before.state != "shutoff" || finding.now?.state != "shutoff" else { return }
                machine.open(&record, now)
                record.incident?.finding = finding
                if finding.tellsFailure { orders = machine.countFailure(record, now) }
            case .collecting, .held: record.incident?.finding = finding
            default: break
            }
        }
        return orders
    }

    /// An alert about `domain` that fires, or is resolved.
    public mutating func hear(_ alert: Alert, of domain: DomainIdentity, now: Moment) -> [Order] {
        guard settings.mode != .off else { return [] }
        change(domain) { record, machine in
            guard alert.state == .firing else {
                record.firing[alert.labels] = nil
                return
            }
            guard machine.settings.policies.contains(where: { $0.covers(domain.name) && $0.isStarted(by: alert) }),
                record.firing.count < Self.alertLimit
            else { return }
            record.firing[alert.labels] = alert
            _ = machine.hear(alert, in: &record, now)
        }
        return []
    }

    func hear(_ alert: Alert, in record: inout DomainRecord, _ now: Moment) -> [Order] {
        guard case .idle = record.phase else {
            record.lateAlert = alert.labels
            return []
        }
        open(&record, now)
        record.incident?.alert = alert
        return []
    }

    func open(_ record: inout DomainRecord, _ now: Moment) {
        record.incident = incident(record, now)
        record.lateAlert = nil
        record.phase = .collecting(until: now.uptime + settle(record.domain))
    }

    private mutating func hear(_ event: DomainEvent, in record: inout DomainRecord, _ now: Moment) -> [Order] {
        let notice = record.notice.flatMap { $0.explains(event, now.uptime) ? $0 : nil }
        record.heed(event, now.uptime)
        let loop = countReboot(event, in: &record, now)
        let isFailure = event.tellsFailure && record.mayFail && notice == nil
        let storm = isFailure ? countFailure(record, now) : []
        return loop + storm + take(event, after: notice, in: &record, now)
    }

    /// `notice` explains the event.
    private func take(
        _ event: DomainEvent, after notice: Notice?, in record: inout DomainRecord, _ now: Moment
    ) -> [Order] {
        if let notice, let incident = record.incident, !(incident.events + incident.later).contains(notice.event) {
            _ = take(notice.event, after: nil, in: &record, now)
        }
        switch record.phase {
        case .idle, .probation:
            guard settings.mode != .off, event.opensIncident else { return [] }
            // Each reboot of a loop is told by its count alone.
            if event.word == "reboot", record.reboots.isLoop { return [] }
            open(&record, now)
            if let notice { add(notice.event, to: &record) }
            add(event, to: &record)
        case .collecting: add(event, to: &record)
        case .held(_, let limit):
            add(event, to: &record)
            record.phase = .held(next: now.uptime + settle(record.domain), limit: limit)
        case .waiting, .queued, .granted, .acting: addLater(event, to: &record)
        case .verifying(let attempt, let since, _, let deadline, let failure):
            if addLater(event, to: &record), event.opensIncident {
                // A break: what ran until now begins anew.
                let kept = event.kind == "lifecycle" ? nil : since
                record.phase = .verifying(
                    attempt, since: kept, next: now.uptime, deadline: deadline, failure: failure)
            }
        case .quarantined:
            // Somebody has it on another host, so it was started.
            if event.word == "started_migrated" || event.kind == "listed" {
                record.phase = .idle
                record.leaveQuarantine()
                return [.release(record.domain)]
            }
            guard event.word.hasPrefix("started_"), !record.isLooking else { return [] }
            record.isLooking = true
            return [.look(record.domain)]
        }
        return []
    }

    private func add(_ event: DomainEvent, to record: inout DomainRecord) {
        guard var incident = record.incident else { return }
        Incident.append(event, to: &incident.events)
        incident.isStale = true
        incident.heldAs = nil
        record.incident = incident
    }

    /// Whether the event was none that our own step explains.
    @discardableResult
    private func addLater(_ event: DomainEvent, to record: inout DomainRecord) -> Bool {
        guard var incident = record.incident else { return false }
        defer { record.incident = incident }
        if let index = incident.expected.firstIndex(of: event.word) {
            incident.expected.remove(at: index)
            return false
        }
        Incident.append(event, to: &incident.later)
        return true
    }
}

extension DomainEvent {
    /// Whether the event is evidence that something happened to the domain which somebody might want repaired.
    var opensIncident: Bool {
        switch kind {
        case "lifecycle":
            ["stopped_", "shutdown_", "crashed_", "suspended_"].contains { detail.hasPrefix($0) }
        case "watchdog", "reboot": true
        default: false
        }
    }
}

extension DomainEvent {
    /// Whether the event by itself says that the domain failed.
    var tellsFailure: Bool {
        ["stopped_failed", "stopped_crashed", "crashed_panicked", "suspended_ioerror"].contains(word)
    }
}

extension DomainFinding {
    var tellsFailure: Bool {
        before.isRunning && now.map { ["crashed", "unknown", "daemon", "panicked"].contains($0.reason) } != false
    }
}

extension DomainRecord {
    /// Whether a failure now is a new one.
    var mayFail: Bool {
        switch phase {
        case .idle, .probation, .collecting: true
        default: false
        }
    }
}

extension Policy {
    func isStarted(by alert: Alert) -> Bool {
        alerts.contains { $0.matches(alert.labels) }
    }
}
