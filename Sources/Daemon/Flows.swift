// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import Remediation
import Vocabulary

/// Where what a host tells goes: rules and remediation.
struct HostFlow: HostListener {
    let runner: RuleRunner
    let room: RemediationRoom
    let desk: NewsDesk
    let log: EventLog
    let events: EventDesk

    func changed(_ series: [Labels], at time: Timestamp) async {
        runner.post(series, at: time)
    }

    func heard(_ event: DomainEvent) async {
        events.hear(log.note(event))
        desk.take(.event(event))
        await room.take(.event(event))
    }

    func heard(_ event: ObjectNews) async {
        events.hear(log.note(event))
        desk.take(.object(event))
    }

    func found(_ finding: DomainFinding) async {
        events.hear(log.note(finding))
        desk.take(.finding(finding))
        await room.take(.finding(finding))
    }

    func listed(_ domains: [RemediationInput.ListedStatus], on connection: String, isHere: Bool) async {
        await room.take(.listing(domains, of: connection, isHere: isHere))
    }

    func sampled(_ vitals: DomainVitals, of domain: DomainIdentity) async {
        await room.take(.vitals(vitals, of: domain))
    }
}

/// Where alerts go: receivers, Alertmanagers and remediation.
struct AlertFlow: Sendable {
    let notifier: Notifier
    let alertmanagers: Alertmanagers
    let room: RemediationRoom
    let actions: DomainActions
    let desk: NewsDesk

    func take(_ changes: [AlertChange]) async {
        // Those that fired before a restart already, too: receivers may not have been told of them.
        await notifier.take(changes.map(\.alert))
        await alertmanagers.take(changes.map(\.alert))
        // What the log says fires is in the outbox.
        for change in changes where change.before != change.alert.state { desk.take(.alert(change)) }
        for change in changes where change.alert.state != .pending {
            if let domain = await actions.domain(named: change.alert.labels) {
                await room.take(.alert(change.alert, of: domain))
            }
        }
    }
}

extension DomainActions {
    /// The domain that an alert is about, by its labels `domain` and, where there are several connections, `host`.
    func domain(named labels: Labels) async -> DomainIdentity? {
        guard let name = labels["domain"] else { return nil }
        for host in watches where labels["host"] == nil || labels["host"] == host.name {
            if let identity = await host.identity(ofDomain: name) { return identity }
        }
        return nil
    }
}
