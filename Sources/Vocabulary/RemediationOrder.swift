// SPDX-License-Identifier: Apache-2.0

/// What an operator orders of repair, as the API takes it.
public struct RemediationOrder: Hashable, Sendable, Codable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Lifts a quarantine.
        case release
        /// Holds every step until `resume`.
        case pause
        case resume
    }

    /// A domain's name or UUID.
    public var domain: String?
    /// The domain's connection, where the name is one of several.
    public var host: String?
    /// All domains, in place of `domain`.
    public var all: Bool?
    public var author: String
    public var comment: String?

    /// Of all domains, when none is given.
    public init(domain: String?, host: String? = nil, note: ChangeNote) {
        self.domain = domain
        self.host = host
        all = domain == nil ? true : nil
        author = note.author
        comment = note.comment
    }

    /// Who orders it and why.
    public func note() throws(ChangeRefusal) -> ChangeNote {
        let note = ChangeNote(author: author, comment: comment ?? "")
        guard note.isBounded else {
            throw ChangeRefusal(
                .invalid,
                "author is needed, with at most \(ChangeNote.longestAuthor) bytes, and comment may have at most "
                    + "\(ChangeNote.longestComment)")
        }
        return note
    }

    /// The domain it is about; nil for all of them.
    public func target(allowsAll: Bool) throws(ChangeRefusal) -> RemediationQuery? {
        guard (domain == nil) == (all ?? false), allowsAll || domain != nil else {
            let other = allowsAll ? ", or say \"all\": true, and not both" : ""
            throw ChangeRefusal(.invalid, "domain: give a domain's name or UUID\(other)")
        }
        guard domain != nil || host == nil else { throw ChangeRefusal(.invalid, "host: is given without a domain") }
        return domain.map { RemediationQuery(host: host, domain: $0) }
    }
}

/// What answers an order that was carried out.
public struct RemediationOrderTaken: Hashable, Sendable, Codable {
    /// nil for all domains.
    public var host: String?
    /// Untrusted.
    public var name: String?
    public var uuid: String?
    /// Sentences; nil when there is nothing to say.
    public var warnings: [String]?

    public init(_ domain: DomainIdentity?, warnings: [String] = []) {
        host = domain?.connection
        name = domain?.name
        uuid = domain?.uuid.description
        self.warnings = warnings.isEmpty ? nil : warnings
    }
}

/// Repairs that somebody holds until somebody lets them go on.
public struct RemediationPause: Hashable, Sendable, Codable {
    /// nil for all domains.
    public var host: String?
    /// Untrusted.
    public var name: String?
    public var uuid: String?
    public var author: String
    public var comment: String
    /// RFC 3339, with milliseconds.
    public var since: String

    public init(_ domain: DomainIdentity?, note: ChangeNote, since: Timestamp) {
        host = domain?.connection
        name = domain?.name
        uuid = domain?.uuid.description
        author = note.author
        comment = note.comment
        self.since = since.rfc3339
    }
}
