// SPDX-License-Identifier: Apache-2.0

/// A time in which alerts are not told and domains not repaired: a silence names alerts, a maintenance names domains.
///
/// Whoever made it chose the texts: escape them wherever they are shown.
public struct Silence: Hashable, Sendable, Codable {
    public enum Scope: Hashable, Sendable, Codable {
        /// Alerts whose labels pass all of these.
        case alerts([LabelMatcher])
        /// A maintenance.
        case domains(DomainScope)
    }

    public enum State: String, CaseIterable, Sendable, Codable {
        case pending, active, expired
    }

    public let id: String
    public var scope: Scope
    public var startsAt: Timestamp
    /// The first moment at which it is over.
    public var endsAt: Timestamp
    public var updatedAt: Timestamp
    public var author: String
    public var comment: String

    public init(
        id: String, scope: Scope, startsAt: Timestamp, endsAt: Timestamp, updatedAt: Timestamp, author: String,
        comment: String
    ) {
        self.id = id
        self.scope = scope
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.updatedAt = updatedAt
        self.author = author
        self.comment = comment
    }

    public var isMaintenance: Bool {
        if case .domains = scope { true } else { false }
    }

    public func state(at time: Timestamp) -> State {
        time >= endsAt ? .expired : time < startsAt ? .pending : .active
    }

    /// As an audit names it: `maintenance 7f… by ada: new disks`.
    public var title: String {
        "\(isMaintenance ? "maintenance" : "silence") \(id) by \(author.asOneLine): \(comment.asOneLine)"
    }
}

/// Which domains a maintenance is for: patterns, of which one must match; `/REGEX/` or with `*` and `?`.
public struct DomainScope: Hashable, Sendable, Codable {
    /// Of names; none for all domains, and for what concerns the hosts themselves.
    public var names: [String]
    /// Of configured connections; none for all of them.
    public var hosts: [String]

    public init(names: [String], hosts: [String] = []) {
        self.names = names
        self.hosts = hosts
    }
}

/// What somebody wants silenced.
public struct SilenceDraft: Hashable, Sendable {
    /// One that is to be changed.
    public var id: String?
    public var scope: Silence.Scope
    /// Now, when nil.
    public var startsAt: Timestamp?
    public var endsAt: Timestamp
    public var author: String
    public var comment: String

    public init(
        id: String? = nil, scope: Silence.Scope, startsAt: Timestamp? = nil, endsAt: Timestamp, author: String,
        comment: String
    ) {
        self.id = id
        self.scope = scope
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.author = author
        self.comment = comment
    }
}
