// SPDX-License-Identifier: Apache-2.0
package import Logging
import Notifying
import Remediation
import Synchronization
import Vocabulary

/// Takes what happened, from any thread: counts it, writes its one line to the log, passes it on.
package final class NewsDesk: Sendable {
    private let state = Mutex(State())
    private let log: Logger
    private let pass: (@Sendable (News) -> Void)?

    struct DecisionKey: Hashable {
        let cause: Cause
        let outcome: Decision.Outcome
    }

    struct ActionKey: Hashable {
        let host: String
        let domain: String
        let action: String
        let isSuccess: Bool
    }

    struct AttemptKey: Hashable {
        let cause: Cause
        let action: String
        let isSuccess: Bool
    }

    struct IncidentKey: Hashable {
        let host: String
        let domain: String
        let cause: Cause
    }

    /// A domain, as the labels name it.
    struct DomainName: Hashable {
        let host: String
        let domain: String
    }

    struct Counts {
        var decisions: [DecisionKey: Int] = [:]
        var actions: [ActionKey: Int] = [:]
        var attempts: [AttemptKey: Int] = [:]
        var incidents: [IncidentKey: Int] = [:]
        var skipped: [SkipReason: Int] = [:]
        /// How long repairs took, by whether the domain ran in the end.
        var durations: [Bool: LatencyFigures] = [:]
        /// Events whose log line was left out.
        var unlogged = 0
    }

    private struct State {
        var counts = Counts()
        var limiter = LineLimiter()
        /// The incidents of each domain that were counted last: the decisions of one are one incident, and those of two
        /// may come in turn.
        var lastIncidents: [DomainIdentity: [String]] = [:]
        /// When something was last counted of each domain, on the monotonic clock.
        var counted: [DomainName: Duration] = [:]

        mutating func count(_ decision: Decision) {
            let last = lastIncidents[decision.domain] ?? []
            guard !decision.incident.isEmpty, !last.contains(decision.incident) else { return }
            if lastIncidents.count >= NewsDesk.actionLimit { lastIncidents = [:] }
            lastIncidents[decision.domain] = last.suffix(NewsDesk.incidentsRemembered - 1) + [decision.incident]
            let key = IncidentKey(
                host: decision.domain.connection, domain: decision.domain.name, cause: decision.cause)
            if counts.incidents[key] != nil || counts.incidents.count < NewsDesk.actionLimit {
                counts.incidents[key, default: 0] += 1
            }
        }
    }

    /// Domains and actions that are counted apart; a host has fewer.
    private static let actionLimit = 10_000
    /// Of one domain: an incident that others have followed tells no more.
    private static let incidentsRemembered = 4

    /// `pass` is given everything, after it has been counted; it returns at once.
    package init(log: Logger, pass: (@Sendable (News) -> Void)? = nil) {
        self.log = log
        self.pass = pass
    }

    var counts: Counts { state.withLock { $0.counts } }
    /// Whether anything is counted of a domain.
    var hasCounts: Bool { state.withLock { !$0.counted.isEmpty } }

    func take(_ news: News) {
        if case .decision(let decision) = news { count(decision) }
        if news.isEvent, !mayLog() {
            state.withLock { $0.counts.unlogged += 1 }
        } else {
            NewsLog.write(news, to: log)
        }
        pass?(news)
    }

    /// Forgets what was counted of domains that are not among `known` any more, some time after the last of it, so that it
    /// was seen.
    func forget(allBut known: Set<DomainName>, after remembrance: Duration = .seconds(600)) {
        let limit = Duration.monotonic - remembrance
        state.withLock { state in
            let gone = state.counted.filter { $0.value <= limit && !known.contains($0.key) }.keys
            guard !gone.isEmpty else { return }
            for name in gone { state.counted[name] = nil }
            func isGone(_ host: String, _ domain: String) -> Bool {
                gone.contains(DomainName(host: host, domain: domain))
            }
            state.counts.incidents = state.counts.incidents.filter { !isGone($0.key.host, $0.key.domain) }
            state.counts.actions = state.counts.actions.filter { !isGone($0.key.host, $0.key.domain) }
            state.lastIncidents = state.lastIncidents.filter { !isGone($0.key.connection, $0.key.name) }
        }
    }

    private func mayLog() -> Bool {
        state.withLock { $0.limiter.allows(at: .monotonic) }
    }

    private func count(_ decision: Decision) {
        state.withLock { state in
            state.counts.decisions[DecisionKey(cause: decision.cause, outcome: decision.outcome), default: 0] += 1
            let name = DomainName(host: decision.domain.connection, domain: decision.domain.name)
            state.counted[name] = .monotonic
            if let skip = decision.skip { state.counts.skipped[skip, default: 0] += 1 }
            if let age = decision.age, decision.outcome == .succeeded || decision.outcome == .gaveUp {
                state.counts.durations[decision.outcome == .succeeded, default: LatencyFigures()].add(age)
            }
            // A storm is an incident of the host.
            if decision.cause != .storm { state.count(decision) }
            guard let action = decision.action, decision.outcome == .succeeded || decision.outcome == .failed else {
                return
            }
            let key = ActionKey(
                host: decision.domain.connection, domain: decision.domain.name, action: action,
                isSuccess: decision.outcome == .succeeded)
            let attempt = AttemptKey(cause: decision.cause, action: action, isSuccess: key.isSuccess)
            state.counts.attempts[attempt, default: 0] += 1
            if state.counts.actions[key] != nil || state.counts.actions.count < Self.actionLimit {
                state.counts.actions[key, default: 0] += 1
            }
        }
    }
}

/// Lets through so many lines a second: a flood of events must not become a flood of lines.
struct LineLimiter {
    private let perSecond = 50
    private var second = Duration.zero
    private var used = 0

    mutating func allows(at now: Duration) -> Bool {
        if now - second >= .seconds(1) {
            second = now
            used = 0
        }
        used += 1
        return used <= perSecond
    }
}
