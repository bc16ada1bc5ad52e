// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// Every step of one domain, or of all, held by an operator until he lets it go on. It outlives the agent.
public struct RepairPause: Hashable, Sendable {
    /// nil for all domains.
    public let domain: DomainIdentity?
    public let note: ChangeNote
    public let since: Timestamp

    public init(domain: DomainIdentity?, note: ChangeNote, since: Timestamp) {
        self.domain = domain
        self.note = note
        self.since = since
    }

    /// As an audit names it.
    var title: String {
        "\(domain == nil ? "all repairs are" : "its repair is") paused since \(since.rfc3339) \(note.title)"
    }
}

/// The pauses there are: at most one of each domain, and one of all.
struct RepairPauses: Sendable {
    /// Those of single domains that are taken.
    static let limit = 10_000

    private var each: [KnownDomains.Key: RepairPause] = [:]
    private(set) var whole: RepairPause?

    /// What holds the domain; of two, the one of all.
    func covering(_ domain: DomainIdentity) -> RepairPause? {
        whole ?? each[domain.key]
    }

    /// The one of all, then the others by host and name.
    var all: [RepairPause] {
        let single = each.values.sorted { left, right in
            let (left, right) = (left.domain, right.domain)
            return (left?.connection ?? "", left?.name ?? "") < (right?.connection ?? "", right?.name ?? "")
        }
        return (whole.map { [$0] } ?? []) + single
    }

    /// Whether there was room.
    mutating func add(_ pause: RepairPause) -> Bool {
        guard let domain = pause.domain else {
            whole = pause
            return true
        }
        guard each[domain.key] != nil || each.count < Self.limit else { return false }
        each[domain.key] = pause
        return true
    }

    /// Takes away the one of `domain`, or of all; nil when there is none.
    mutating func remove(_ domain: DomainIdentity?) -> RepairPause? {
        guard let domain else {
            defer { whole = nil }
            return whole
        }
        return each.removeValue(forKey: domain.key)
    }
}

extension Remediator {
    public var allPauses: [RepairPause] { pauses.all }

    /// Holds every step that is not begun; false when there are too many pauses.
    public mutating func pause(_ pause: RepairPause, now: Moment) -> Bool {
        guard pauses.add(pause) else { return false }
        reconsider(now: now)
        return true
    }

    /// Lets go on what is held for nothing else; nil when nothing is paused.
    public mutating func resume(_ domain: DomainIdentity?, now: Moment) -> RepairPause? {
        let pause = pauses.remove(domain)
        if pause != nil { reconsider(now: now) }
        return pause
    }
}
