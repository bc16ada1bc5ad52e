// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Tells the cause of what happened from the events of one incident and the state afterwards. Pure.
///
/// No single event decides: a shut-down notice precedes a forced power-off and a signal alike, a watchdog's power-off
/// stops as a crash does, and a stop of an instance before is told while the next one runs already (Xen).
public struct Classifier: Sendable {
    public init() {}

    /// The cause of `events`, in order of arrival. `status` is read after them and nil when the domain is gone;
    /// `ownAction` is the name of an action of ours that has not ended, whose effects are no incident. `isOffByUs`: a step of
    /// ours has powered it off.
    public func judge(
        events: [DomainEvent], status: DomainStatus?, finding: DomainFinding? = nil, ownAction: String? = nil,
        isOffByUs: Bool = false
    ) -> Judgement {
        let left = Self.withoutEffects(of: ownAction, events)
        if left.isEmpty, !events.isEmpty {
            return Judgement(
                cause: .expected, confidence: .high, evidence: "\(Self.text(events)); our own \(ownAction ?? "action")")
        }
        let seen = Seen(Self.sinceLastRun(left), finding)
        let (cause, confidence) =
            Self.byWhatWasDone(seen, status) ?? Self.byNews(seen, isOffByUs ? nil : status) ?? Self.byFailure(
                seen, status) ?? Self.byStop(seen, status)
            ?? Self.byBoot(status, finding) ?? Self.byState(status ?? finding?.now, before: finding?.before, seen)
        return Judgement(cause: cause, confidence: confidence, evidence: Self.evidence(left, status, finding))
    }

    /// A domain that ran again and then ended once more: what ended it first does not matter any more.
    private static func sinceLastRun(_ events: [DomainEvent]) -> [DomainEvent] {
        guard let end = events.lastIndex(where: \.opensLifeEnd),
            let run = events[..<end].lastIndex(where: \.beginsRun)
        else { return events }
        return Array(events[(run + 1)...])
    }

    /// Whether the events tell no more than that the domain's end is near: no cause yet. Its monitor may end before it does.
    static func onlyAnnounces(_ events: [DomainEvent]) -> Bool {
        let telling = events.filter { ($0.opensIncident && $0.word != "watchdog_shutdown") || $0.beginsRun }
        return !telling.isEmpty
            && telling.allSatisfy { $0.word.hasPrefix("shutdown_") || $0.word == "watchdog_poweroff" }
    }

    /// Orders from outside: they win over a failure in the same window, since they came because of it.
    private static func byWhatWasDone(_ seen: Seen, _ status: DomainStatus?) -> (Cause, Confidence)? {
        guard status?.isRunning != true else { return nil }
        if seen.migrates, status?.state == "shutoff",
            seen.lastStop == "stopped_failed" || seen.lastStop == "stopped_destroyed"
        {
            return (.migrationFailed, .medium)
        }
        if seen.has("stopped_migrated") { return (.migrated, .high) }
        if seen.has("stopped_saved") { return (.saved, .high) }
        if seen.has("stopped_from_snapshot") { return (.fromSnapshot, .high) }
        if seen.lastStop == "stopped_destroyed" { return (.adminDestroy, .high) }
        if status?.state == "paused", status?.reason == "user" { return (.userPause, .high) }
        return nil
    }

    /// A state is newer than the events: whoever ended the domain meanwhile has won as well.
    private static func byNews(_ seen: Seen, _ status: DomainStatus?) -> (Cause, Confidence)? {
        guard seen.lastStop == nil, let status, status.state == "shutoff",
            ["destroyed", "saved", "migrated", "from_snapshot"].contains(status.reason)
        else { return nil }
        return byState(status, before: nil, seen)
    }

    private static func byFailure(_ seen: Seen, _ status: DomainStatus?) -> (Cause, Confidence)? {
        // Whoever ended QEMU was faster than the guest.
        if seen.watchdog, seen.has("shutdown_host"), seen.lastStop == "stopped_shutdown" { return nil }
        if seen.watchdog || seen.has("suspended_watchdog") { return (.watchdog, .high) }
        if seen.has("crashed_crashloaded"), status?.state != "shutoff" { return (.kdump, .high) }
        if seen.has("crashed_panicked") || seen.has("stopped_crashed") { return (.panic, .high) }
        if seen.has("suspended_ioerror"), status?.isRunning != true, seen.lastStop == nil { return (.ioError, .high) }
        return nil
    }

    private static func byStop(_ seen: Seen, _ status: DomainStatus?) -> (Cause, Confidence)? {
        guard let stop = seen.lastStop else {
            return seen.rebooted && status?.isRunning != false ? (.reboot, .high) : nil
        }
        if status?.isRunning == true { return seen.startedAfterStop ? (.started, .high) : (.reboot, .medium) }
        switch stop {
        case "stopped_failed": return (.hypervisorCrash, .high)
        case "stopped_shutdown" where seen.has("shutdown_guest"): return (.guestPoweroff, .high)
        case "stopped_shutdown" where seen.has("shutdown_host"): return (.hostSignal, .medium)
        case "stopped_shutdown": return (.cleanUnknown, .medium)
        default: return (.unknown, .low)
        }
    }

    /// A boot ends every domain without an event, and libvirt knows no reason afterwards.
    private static func byBoot(_ status: DomainStatus?, _ finding: DomainFinding?) -> (Cause, Confidence)? {
        guard finding?.isAcrossBoot == true, status?.state == "shutoff", status?.reason == "unknown" else { return nil }
        return (.hostReboot, .high)
    }

    /// No event decided: the state and its reason, which a restart of libvirt's daemon wipes.
    private static func byState(
        _ status: DomainStatus?, before: DomainStatus?, _ seen: Seen
    ) -> (Cause, Confidence) {
        guard let status else { return before?.isRunning == true ? (.lost, .low) : (.unknown, .low) }
        if seen.migrates, status.state == "shutoff",
            ["crashed", "failed", "unknown", "daemon"].contains(status.reason)
        {
            return (.migrationFailed, .medium)
        }
        switch (status.state, status.reason) {
        case ("running", _), ("blocked", _): return seen.started ? (.started, .high) : (.unknown, .low)
        case ("shutoff", "crashed"): return (.crashOrTerminated, .medium)
        case ("shutoff", "unknown"), ("shutoff", "daemon"):
            return before?.isRunning == true ? (.lost, .low) : (.unknown, .low)
        case ("shutoff", "destroyed"): return (.adminDestroy, .medium)
        case ("shutoff", "shutdown"): return (seen.has("shutdown_guest") ? .guestPoweroff : .cleanUnknown, .medium)
        case ("shutoff", "failed"): return (.startFailed, .medium)
        case ("paused", "user"): return (.userPause, .high)
        case ("paused", "ioerror"): return (.ioError, .high)
        case ("paused", "watchdog"): return (.watchdog, .medium)
        case ("paused", "crashed"), ("crashed", _): return (.panic, .medium)
        case (_, "saved"), ("paused", "save"): return (.saved, .medium)
        case (_, "migrated"), ("paused", "migration"): return (.migrated, .medium)
        case (_, "from_snapshot"), ("paused", "snapshot"): return (.fromSnapshot, .medium)
        default: return (.unknown, .low)
        }
    }
}

extension Classifier {
    /// Events that an action of ours causes, each expected once; a reset's reboot is told up to three times.
    static func effects(of action: String?) -> [String] {
        action.flatMap(Actions.named)?.effects ?? []
    }

    private static func withoutEffects(of action: String?, _ events: [DomainEvent]) -> [DomainEvent] {
        var effects = effects(of: action)
        return events.filter { event in
            guard let index = effects.firstIndex(of: event.word) else { return true }
            effects.remove(at: index)
            return false
        }
    }

    private static func text(_ events: [DomainEvent]) -> String {
        events.isEmpty ? "no event" : "events " + events.map(\.word).joined(separator: ", ")
    }

    private static func evidence(
        _ events: [DomainEvent], _ status: DomainStatus?, _ finding: DomainFinding?
    ) -> String {
        let before = finding.map { "; was \($0.before)" } ?? ""
        return "\(text(events))\(before); now \(status?.description ?? "gone")"
    }
}

/// What the classifier asks of a list of events.
private struct Seen {
    private let words: [String]
    let watchdog: Bool
    let migrates: Bool

    init(_ events: [DomainEvent], _ finding: DomainFinding?) {
        words = events.map(\.word)
        watchdog = events.contains { $0.kind == "watchdog" }
        let last = events.lastIndex(where: \.isMigration)
        let since = last.map { events[$0...] } ?? events[...]
        migrates = (last != nil || finding?.before.isMigrating == true) && !since.contains(where: \.beginsRun)
    }

    func has(_ word: String) -> Bool { words.contains(word) }
    var rebooted: Bool { has("reboot") }
    var started: Bool { words.contains { $0.hasPrefix("started_") || $0.hasPrefix("resumed_") } }
    var lastStop: String? { words.last { $0.hasPrefix("stopped_") } }

    var startedAfterStop: Bool {
        guard let stop = words.lastIndex(where: { $0.hasPrefix("stopped_") }) else { return false }
        return words[stop...].contains { $0.hasPrefix("started_") }
    }
}

extension DomainEvent {
    /// The event in one word: a lifecycle event's detail, `reboot`, `watchdog_reset` …
    var word: String {
        switch kind {
        case "lifecycle": detail
        case "reboot": "reboot"
        default: "\(kind)_\(detail)"
        }
    }
}

extension DomainEvent {
    /// Whether the domain does not run after it.
    fileprivate var opensLifeEnd: Bool {
        ["stopped_", "crashed_", "suspended_"].contains { word.hasPrefix($0) }
    }
}

extension DomainStatus {
    /// Running or blocked: the guest's processors run.
    var isRunning: Bool { state == "running" || state == "blocked" }
}
