// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// One sample of a running domain's signs of life.
public struct DomainVitals: Hashable, Codable, Sendable {
    /// How long a call has kept the hypervisor's monitor busy; nil when it is free.
    public var busyFor: Duration?
    public var cpuTime: Duration?
    public var diskRequests: UInt64?
    /// Whether the guest's agent answered; nil when it was not asked or there is none.
    public var agentAnswers: Bool?
    /// Work on the domain, during which its silence says nothing.
    public var job: String?
    public var isRunning: Bool

    public init(
        busyFor: Duration? = nil, cpuTime: Duration? = nil, diskRequests: UInt64? = nil, agentAnswers: Bool? = nil,
        job: String? = nil, isRunning: Bool = true
    ) {
        self.busyFor = busyFor
        self.cpuTime = cpuTime
        self.diskRequests = diskRequests
        self.agentAnswers = agentAnswers
        self.job = job
        self.isRunning = isRunning
    }
}

/// Tells whether a domain hangs, from several samples: one alone, or one sign alone, proves nothing.
struct HangWatch: Sendable {
    static let samples = 3
    static let busyLimit = Duration.seconds(30)
    /// Less processor time than this share of the time between two samples is none: an idle kernel's clock ticks on, and
    /// costs an emulated processor a few percent.
    static let idleShare = 0.05

    private var last: (vitals: DomainVitals, time: Duration)?
    private var hasHeardAgent = false
    private var silent = 0
    private var busy = 0

    /// What hangs; nil when nothing does, or nobody knows.
    private(set) var verdict: Judgement?

    mutating func add(_ vitals: DomainVitals, _ now: Duration) {
        defer { last = (vitals, now) }
        guard vitals.isRunning else {
            self = HangWatch()
            return
        }
        hasHeardAgent = hasHeardAgent || vitals.agentAnswers == true
        busy = vitals.job == nil && (vitals.busyFor ?? .zero) >= Self.busyLimit ? busy + 1 : 0
        silent = vitals.job == nil && vitals.agentAnswers == false && isStill(vitals, now) ? silent + 1 : 0
        verdict = judge(vitals)
    }

    private func judge(_ vitals: DomainVitals) -> Judgement? {
        if busy >= Self.samples, let time = vitals.busyFor {
            let evidence = "the monitor is busy with one call for \(DurationText.format(time)); \(busy) samples"
            return Judgement(cause: .monitorHung, confidence: .medium, evidence: evidence)
        }
        guard hasHeardAgent, silent >= Self.samples else { return nil }
        let evidence = "no answer from the guest's agent, no processor time and no disk request in \(silent) samples"
        return Judgement(cause: .hung, confidence: .medium, evidence: evidence)
    }

    /// Whether processors and disks did nothing since the sample before.
    private func isStill(_ vitals: DomainVitals, _ now: Duration) -> Bool {
        guard let last, now > last.time, let before = last.vitals.cpuTime, let cpuTime = vitals.cpuTime else {
            return false
        }
        let used = (cpuTime - before).inSeconds / (now - last.time).inSeconds
        return used < Self.idleShare && vitals.diskRequests == last.vitals.diskRequests
    }
}

extension Remediator {
    /// A sample of a domain's signs of life.
    public mutating func hear(_ vitals: DomainVitals, of domain: DomainIdentity, now: Moment) -> [Order] {
        guard settings.mode != .off else { return [] }
        var watch = hangs[domain] ?? HangWatch()
        watch.add(vitals, now.uptime)
        hangs[domain] = vitals.isRunning ? watch : nil
        guard let verdict = watch.verdict else {
            if record(of: domain)?.saidHang != nil { change(domain) { record, _ in record.saidHang = nil } }
            return []
        }
        change(domain) { record, machine in
            guard record.phase.isAtRest, record.saidHang != verdict.cause else { return }
            record.saidHang = verdict.cause
            machine.open(&record, now)
            record.incident?.verdict = verdict
        }
        return []
    }
}
