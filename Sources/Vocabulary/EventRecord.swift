// SPDX-License-Identifier: Apache-2.0

/// One entry of the event log: what was heard, or found, of an object of libvirt.
public struct EventRecord: Hashable, Sendable, Codable {
    /// Counts up from 1, without a gap; the number by which a reader goes on.
    public let id: UInt64
    /// RFC 3339, with milliseconds.
    public let time: String
    /// The configured connection's name.
    public let host: String
    /// What it happened to: `domain`, `network`, `storage_pool`, `node_device`, `secret`.
    public let object: String
    /// The object's name; untrusted.
    public let name: String
    public let uuid: String
    /// libvirt's family of events, or `finding` for a change that no event told of.
    public let kind: String
    public let detail: String
    /// Free text that came along; untrusted.
    public let note: String

    public init(
        id: UInt64, time: Timestamp, host: String, object: String, name: String, uuid: String, kind: String,
        detail: String, note: String
    ) {
        self.id = id
        self.time = time.rfc3339
        self.host = host
        self.object = object
        self.name = name
        self.uuid = uuid
        self.kind = kind
        self.detail = detail
        self.note = note
    }
}

/// Which entries of the event log are wanted.
public struct EventQuery: Hashable, Sendable {
    public static let limits = 1...10_000

    /// Entries after this one; nil for the newest.
    public var after: UInt64?
    public var limit: Int
    public var host: String?
    public var name: String?
    public var kind: String?

    public init(
        after: UInt64? = nil, limit: Int = 100, host: String? = nil, name: String? = nil, kind: String? = nil
    ) {
        self.after = after
        self.limit = limit
        self.host = host
        self.name = name
        self.kind = kind
    }

    public func takes(_ record: EventRecord) -> Bool {
        (host == nil || host == record.host) && (name == nil || name == record.name)
            && (kind == nil || kind == record.kind)
    }
}

/// Entries of the event log, oldest first.
public struct EventPage: Hashable, Sendable, Codable {
    public let events: [EventRecord]
    /// The last entry that was looked at: where to go on.
    public let last: UInt64
    /// Entries that were wanted, by their number, and have left the log.
    public let lost: UInt64

    public init(events: [EventRecord], last: UInt64, lost: UInt64) {
        self.events = events
        self.last = last
        self.lost = lost
    }
}
