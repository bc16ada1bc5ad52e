// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Where one domain stands.
enum Phase: Sendable {
    /// Nothing is wrong, or what is wrong is left so.
    case idle
    /// Events of an incident are collected.
    case collecting(until: Duration)
    /// Judged again at `next`; no longer after `limit`.
    case held(next: Duration, limit: Duration)
    /// A step is due at `until`.
    case waiting(until: Duration)
    /// A step is due, and waits for the host's limits.
    case queued(since: Duration)
    /// It is the domain's turn; the facts are read once more.
    case granted
    /// A step is being performed; at `overdue` that is said once.
    case acting(Attempt, overdue: Duration?, deadline: Duration)
    /// A step has been performed: does the domain run, without a break since `since`?
    case verifying(Attempt, since: Duration?, next: Duration, deadline: Duration, failure: StepFailure?)
    /// The domain runs after a repair, but not for long enough.
    case probation(until: Duration)
    /// The budget is spent.
    case quarantined

    /// Whether the domain has one of the turns that its host has to give.
    var holdsTurn: Bool {
        switch self {
        case .granted, .acting, .verifying: true
        default: false
        }
    }

    /// Whether nothing is being done about the domain: what happens to it now is another incident.
    var isAtRest: Bool {
        switch self {
        case .idle, .probation: true
        default: false
        }
    }

    var usesGate: Bool {
        if case .queued = self { true } else { holdsTurn }
    }
}

/// Why the call of a step failed.
struct StepFailure: Hashable, Sendable {
    let reason: String
    /// libvirt says that the state forbids the call: perhaps somebody was faster.
    let isInvalidNow: Bool
    /// Somebody else has the domain's image: it may run on another host, and a second start would ruin it.
    let isLocked: Bool
}

/// One thing that happened to a domain, from its first evidence to the decision that ends it.
struct Incident: Sendable {
    /// What is remembered of one incident's events; a flood repeats itself and is not remembered.
    static let eventLimit = 32

    let id: String
    let opened: Duration
    var events: [DomainEvent] = []
    var finding: DomainFinding?
    var alert: Alert?
    /// What hangs, by several samples.
    var verdict: Judgement?
    var judgement: Judgement?
    /// What was judged of it before, when no event of it is known any more.
    var inherited: Judgement?
    /// The state on which `judgement` was formed, or that our own step left.
    var judgedStatus: DomainStatus?
    var policy: String?
    var nextStep = 0
    var number = 0
    /// Events since the judgement that our own steps don't explain.
    var later: [DomainEvent] = []
    /// Events that our own steps are still expected to cause.
    var expected: [String] = []
    /// A step has been begun that powers the domain off before it starts it.
    var hasPoweredOff = false
    var saidHeld = false
    /// Since when somebody's work on the domain, or what is missing of it, is in the way.
    var obstructedSince: Duration?
    /// What it was last held for.
    var waitsFor: (reason: String, skip: SkipReason)?
    /// Why a repair was refused that goes on when the reason is over.
    var refusal: String?
    /// It is said that the domain waits for what its disks lack.
    var awaitsStorage = false
    /// What the journal has of it while it is refused.
    var kept: HeldIncident?
    /// How the domain stood when the agent before this one knew all that had happened.
    var heldAs: DomainStatus?
    /// Something has happened since the domain was looked at.
    var isStale = false
    /// The last step left a domain that runs and does not work.
    var lacksProof = false
    /// Signs of life at the first look after the last step.
    var atStep: DomainCircumstances?
    /// The next step belongs to the attempt that an agent before this one began.
    var isContinued = false
    /// The journal has it.
    var isKept = false
    /// What the domain shares with others.
    var resources: [String] = []

    init(id: String, opened: Duration) {
        self.id = id
        self.opened = opened
    }

    /// What was held when the agent before this one ended explains another state no more: somebody was at work since.
    /// That libvirt's daemon has forgotten why a domain is off is no other state.
    mutating func forgetWhatIsOver(_ status: DomainStatus) {
        defer { heldAs = nil }
        guard let heldAs, status != heldAs, status.state != heldAs.state || status.reason != "unknown" else { return }
        events = []
        finding = nil
    }

    static func append(_ event: DomainEvent, to events: inout [DomainEvent]) {
        if event.kind != "lifecycle", events.contains(where: { $0.word == event.word }) { return }
        if events.last?.word == event.word { return }
        if events.count >= eventLimit { events.removeFirst() }
        events.append(event)
    }
}

/// All that is remembered of one domain.
struct DomainRecord: Sendable {
    let domain: DomainIdentity
    var phase = Phase.idle
    var incident: Incident?
    /// When passes through the ladder began, oldest first.
    var starts: [Duration] = []
    /// Passes since the domain was last stable.
    var failures = 0
    /// Alerts that fire, by their labels.
    var firing: [Labels: Alert] = [:]
    /// The one of them that began while an incident was open, and was not judged in it.
    var lateAlert: Labels?
    /// What the domain's owner wishes, as last read.
    var wish: DomainWish?
    /// Facts were asked for and have not come yet.
    var isLooking = false
    /// The step under way is the first of its pass.
    var isFirstStep = false
    /// Until when `starts` matter.
    var keptUntil: Duration?
    /// The deadline that stands in the queue.
    var scheduled: Duration?
    var reboots = RebootCount()
    /// What was told that explains an end to come.
    var notice: Notice?
    /// What was judged to hang, until it moves again.
    var saidHang: Cause?
    var quarantine: Quarantine?
    /// When the quarantine's cooldown is over.
    var quarantineEnds: Duration?
    /// The attempt after the cooldown, until the domain is stable or given up again.
    var trial: Trial?

    init(domain: DomainIdentity) {
        self.domain = domain
    }

    /// When the phase wants to go on by itself.
    var deadline: Duration? {
        if case .acting(_, let overdue, _) = phase { return overdue }
        guard !isLooking else { return nil }
        switch phase {
        case .idle: return keptUntil
        case .collecting(let time), .waiting(let time), .probation(let time): return time
        case .held(let next, _), .verifying(_, _, let next, _, _): return next
        case .quarantined: return quarantineEnds
        case .queued, .granted, .acting: return nil
        }
    }

    /// Whatever has not begun is not done.
    mutating func forgetIncident() {
        switch phase {
        case .collecting, .held, .waiting, .queued, .granted:
            phase = trial == nil ? .idle : .quarantined
            trial = nil
            incident = nil
        default: break
        }
    }

    /// The last window in which repairs were counted is over.
    mutating func forgetRepairs() {
        starts = []
        failures = 0
        keptUntil = nil
        reboots = RebootCount()
        if notice?.end != nil { notice = nil }
    }

    /// Counts a repair, ours or libvirt's own, that began now.
    mutating func countRepair(_ budget: Budget, _ now: Duration) {
        starts.append(now)
        failures += 1
        keptUntil = max(keptUntil ?? .zero, now + budget.window)
    }

    var isForgettable: Bool {
        if case .idle = phase {
            keptUntil == nil && failures == 0 && saidHang == nil && firing.isEmpty && !isLooking && notice == nil
        } else {
            false
        }
    }
}
