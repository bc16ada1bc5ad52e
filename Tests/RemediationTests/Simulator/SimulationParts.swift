// SPDX-License-Identifier: Apache-2.0
import Remediation
import Vocabulary

/// Small, fast and the same on every machine (splitmix64).
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func seconds(_ range: ClosedRange<Int>) -> Duration { .seconds(range.lowerBound + below(range.count)) }
}

/// What a journal remembers, without a file.
struct SimulatedJournal {
    private(set) var rows: [(attempt: Attempt, began: Timestamp, isFinished: Bool, isDropped: Bool)] = []
    var quarantined: [DomainIdentity: Quarantine] = [:]
    var held: [DomainIdentity: HeldIncident] = [:]
    var open: [DomainIdentity: OpenIncident] = [:]
    var pauses: [RepairPause] = []

    mutating func begin(_ attempt: Attempt, at time: Timestamp) -> Int {
        rows.append((attempt, time, false, false))
        return rows.count - 1
    }

    mutating func end(_ row: Int, isDropped: Bool = false) {
        rows[row].isFinished = true
        rows[row].isDropped = isDropped
    }

    mutating func inherit() -> Inheritance {
        let past = rows.filter { !$0.isDropped }.map {
            Inheritance.Past(attempt: $0.attempt, began: $0.began, isFinished: $0.isFinished)
        }
        for index in rows.indices { rows[index].isFinished = true }
        return Inheritance(
            attempts: past, quarantined: quarantined.values.sorted { $0.domain.name < $1.domain.name },
            held: held.values.sorted { $0.domain.name < $1.domain.name },
            open: open.values.sorted { $0.domain.name < $1.domain.name }, pauses: pauses)
    }
}

/// One line for each call and each decision.
struct SimulationLog {
    let isKept: Bool
    private(set) var lines: [String] = []

    init(isKept: Bool) {
        self.isKept = isKept
    }

    mutating func line(_ text: String, at time: Duration) {
        guard isKept else { return }
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        let fraction = String(milliseconds % 1000)
        lines.append("\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) \(text)")
    }

    mutating func decision(_ decision: Decision, at time: Duration) {
        let action = decision.action.map { " \($0)" } ?? ""
        line(
            "\(decision.outcome.rawValue)\(action) \(decision.domain.name) "
                + "[\(decision.cause.rawValue), \(decision.confidence.rawValue)] \(decision.reason)", at: time)
    }
}

/// What was done, for the invariants.
struct SimulationBook {
    /// States before something that no agent saw.
    var unseen: [DomainUUID: DomainStatus] = [:]
    /// Whether the host was booted since.
    var isAcrossBoot = false
    private(set) var calls: [(time: Duration, attempt: Attempt)] = []
    private(set) var last: [DomainUUID: Decision] = [:]
    private(set) var decisions: [Decision.Outcome: Int] = [:]
    private(set) var storms = 0
    private(set) var wrongs: [String] = []
    private var underWay = 0
    private(set) var mostUnderWay = 0

    mutating func decide(_ decision: Decision, at time: Duration) {
        decisions[decision.outcome, default: 0] += 1
        if decision.cause == .storm { storms += 1 } else { last[decision.domain.uuid] = decision }
    }

    mutating func call(_ attempt: Attempt, _ domain: SimulatedDomain, at time: Duration) {
        calls.append((time, attempt))
        if domain.isStoppedByOwner { wrong("\(attempt.action) of a domain that its owner stopped", attempt, time) }
        if let shortage = domain.facts.circumstances.shortage {
            wrong("\(attempt.action) although \(shortage)", attempt, time)
        }
        if let job = domain.facts.circumstances.job { wrong("\(attempt.action) during a \(job)", attempt, time) }
        if let reason = domain.facts.circumstances.unanswered, !domain.facts.circumstances.isMonitorHung {
            wrong("\(attempt.action) although \(reason)", attempt, time)
        }
        if domain.isRunning, !attempt.cause.isOfARunningDomain {
            wrong("\(attempt.action) of a domain that runs", attempt, time)
        }
    }

    /// A failure was repaired: by us at most once.
    mutating func repair(_ attempt: Attempt, _ domain: inout SimulatedDomain, at time: Duration) {
        domain.repairs[domain.failures, default: 0] += 1
        guard domain.repairs[domain.failures] != 1, !attempt.cause.isOfARunningDomain else { return }
        wrong("\(attempt.action) for the second time", attempt, time)
    }

    mutating func begin() {
        underWay += 1
        mostUnderWay = max(mostUnderWay, underWay)
    }

    mutating func end() { underWay -= 1 }
    mutating func forgetUnderWay() { underWay = 0 }

    mutating func wrong(_ what: String, _ attempt: Attempt, _ time: Duration) {
        wrongs.append("\(time): \(what): \(attempt.domain.name), incident \(attempt.incident)")
    }
}

extension Cause {
    var isOfARunningDomain: Bool { [.alert, .hung, .monitorHung].contains(self) }
}
