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
    /// A step is being performed; at `overdue` that is said once.
    case acting(Attempt, overdue: Duration?, deadline: Duration)
    /// A step has been performed: does the domain run, without a break since `since`?
    case verifying(Attempt, since: Duration?, next: Duration, deadline: Duration, failure: StepFailure?)
    /// The domain runs after a repair, but not for long enough.
    case probation(until: Duration)
    /// The budget is spent.
    case quarantined
}

/// Why the call of a step failed.
struct StepFailure: Hashable, Sendable {
    let reason: String
    /// libvirt says that the state forbids the call: perhaps somebody was faster.
    let isInvalidNow: Bool
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
    var judgement: Judgement?
    /// The state on which `judgement` was formed, or that our own step left.
    var judgedStatus: DomainStatus?
    var policy: String?
    var nextStep = 0
    var number = 0
    /// Events since the judgement that our own steps don't explain.
    var later: [DomainEvent] = []
    /// Events that our own steps are still expected to cause.
    var expected: [String] = []
    var saidHeld = false
    /// Why a repair was refused that goes on when the reason is over.
    var refusal: String?

    init(id: String, opened: Duration) {
        self.id = id
        self.opened = opened
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
    /// What the domain's owner wishes, as last read.
    var wish: DomainWish?
    /// Facts were asked for and have not come yet.
    var isLooking = false

    init(domain: DomainIdentity) {
        self.domain = domain
    }

    /// When the phase wants to go on by itself.
    var deadline: Duration? {
        if case .acting(_, let overdue, _) = phase { return overdue }
        guard !isLooking else { return nil }
        switch phase {
        case .collecting(let time), .waiting(let time), .probation(let time): return time
        case .held(let next, _), .verifying(_, _, let next, _, _): return next
        case .idle, .acting, .quarantined: return nil
        }
    }

    var isForgettable: Bool {
        if case .idle = phase { starts.isEmpty && failures == 0 && firing.isEmpty && !isLooking } else { false }
    }
}
