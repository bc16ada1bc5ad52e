// SPDX-License-Identifier: Apache-2.0

/// A silence as Alertmanager's API (v2, `gettableSilence` and `postableSilence`) writes it.
public struct SilenceRecord: Hashable, Sendable, Codable {
    public struct Matcher: Hashable, Sendable, Codable {
        public let name: String
        public let value: String
        public let isRegex: Bool
        /// True when left out.
        public let isEqual: Bool?

        public init(_ matcher: LabelMatcher) {
            name = matcher.name
            value = matcher.value
            isRegex = matcher.operation == .matches || matcher.operation == .notMatches
            isEqual = matcher.operation == .equal || matcher.operation == .matches
        }

        public var matcher: LabelMatcher {
            switch (isRegex, isEqual ?? true) {
            case (false, true): LabelMatcher(name, .equal, value)
            case (false, false): LabelMatcher(name, .notEqual, value)
            case (true, true): LabelMatcher(name, .matches, value)
            case (true, false): LabelMatcher(name, .notMatches, value)
            }
        }
    }

    public struct Status: Hashable, Sendable, Codable {
        public let state: Silence.State
    }

    public var id: String?
    public var status: Status?
    public var updatedAt: String?
    public var comment: String
    public var createdBy: String
    public var startsAt: String?
    public var endsAt: String
    public var matchers: [Matcher]

    /// What somebody wants silenced until `endsAt`, as RFC 3339 writes it.
    public init(matchers: [LabelMatcher], endsAt: Timestamp, createdBy: String, comment: String) {
        self.matchers = matchers.map(Matcher.init)
        self.endsAt = endsAt.rfc3339
        self.createdBy = createdBy
        self.comment = comment
    }

    /// nil for a maintenance, which has no matchers.
    public init?(_ silence: Silence, at time: Timestamp) {
        guard case .alerts(let matchers) = silence.scope else { return nil }
        self.init(
            matchers: matchers, endsAt: silence.endsAt, createdBy: silence.author, comment: silence.comment)
        id = silence.id
        status = Status(state: silence.state(at: time))
        updatedAt = silence.updatedAt.rfc3339
        startsAt = silence.startsAt.rfc3339
    }

    public func draft() throws(ChangeRefusal) -> SilenceDraft {
        SilenceDraft(
            id: id.flatMap { $0.isEmpty ? nil : $0 }, scope: .alerts(matchers.map(\.matcher)),
            startsAt: try startsAt.map { text throws(ChangeRefusal) in try Timestamp(text, of: "startsAt") },
            endsAt: try Timestamp(endsAt, of: "endsAt"), author: createdBy, comment: comment)
    }
}

/// A maintenance as the API writes it.
public struct MaintenanceRecord: Hashable, Sendable, Codable {
    public var id: String?
    public var state: Silence.State?
    /// Patterns of names; none where `all` is true.
    public var domains: [String]?
    /// Patterns of connections' names; none for all of them.
    public var hosts: [String]?
    public var all: Bool?
    public var startsAt: String?
    public var endsAt: String?
    /// In place of `endsAt`, from the start on, as 2h.
    public var duration: String?
    public var updatedAt: String?
    public var author: String
    public var comment: String

    /// What somebody wants maintained for `duration`; all domains, where there is no pattern.
    public init(domains: [String], hosts: [String], duration: String, author: String, comment: String) {
        self.domains = domains
        self.hosts = hosts
        all = domains.isEmpty
        self.duration = duration
        self.author = author
        self.comment = comment
    }

    /// nil for a silence.
    public init?(_ silence: Silence, at time: Timestamp) {
        guard case .domains(let scope) = silence.scope else { return nil }
        id = silence.id
        state = silence.state(at: time)
        domains = scope.names
        hosts = scope.hosts
        all = scope.names.isEmpty
        startsAt = silence.startsAt.rfc3339
        endsAt = silence.endsAt.rfc3339
        updatedAt = silence.updatedAt.rfc3339
        author = silence.author
        comment = silence.comment
    }

    /// `now` is where a duration begins that has no start.
    public func draft(at now: Timestamp) throws(ChangeRefusal) -> SilenceDraft {
        let names = domains ?? []
        guard names.isEmpty == (all ?? false) else {
            throw ChangeRefusal(.invalid, "domains: name some, or say \"all\": true, and not both")
        }
        let start = try startsAt.map { text throws(ChangeRefusal) in try Timestamp(text, of: "startsAt") }
        let end: Timestamp
        switch (endsAt, duration.map { DurationText.parse($0) }) {
        case (let text?, nil): end = try Timestamp(text, of: "endsAt")
        // A day more than is taken anyway: no sum of times can overflow.
        case (nil, let length??): end = (start ?? now) + min(length, .seconds(400 * 86_400))
        default: throw ChangeRefusal(.invalid, "give endsAt as a time, or duration as 2h, and not both")
        }
        return SilenceDraft(
            id: id.flatMap { $0.isEmpty ? nil : $0 }, scope: .domains(DomainScope(names: names, hosts: hosts ?? [])),
            startsAt: start, endsAt: end, author: author, comment: comment)
    }
}

/// What answers a silence or a maintenance that was taken.
public struct SilenceTaken: Hashable, Sendable, Codable {
    public let silenceID: String
    /// Sentences; nil when there is nothing to say.
    public let warnings: [String]?

    public init(silenceID: String, warnings: [String] = []) {
        self.silenceID = silenceID
        self.warnings = warnings.isEmpty ? nil : warnings
    }
}

extension Timestamp {
    fileprivate init(_ text: String, of key: String) throws(ChangeRefusal) {
        guard text.utf8.count <= 64, let time = Timestamp(rfc3339: text) else {
            throw ChangeRefusal(.invalid, "\(key): expected a time such as 2026-01-31T12:00:00Z")
        }
        self = time
    }
}
