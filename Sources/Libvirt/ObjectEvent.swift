// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One event of a network, a storage pool, a device of the host or a secret, in libvirt's words.
public struct ObjectEvent: Sendable, Hashable {
    /// What it happened to.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case network
        case storagePool = "storage_pool"
        case nodeDevice = "node_device"
        case secret
    }

    public let kind: Kind
    /// nil for devices, which have none.
    public let uuid: ObjectUUID?
    /// The object's name; untrusted, and empty for secrets.
    public let name: String
    /// The family: `lifecycle`, `refresh`, `update`, `value_changed`, `metadata_change`.
    public let family: String
    /// What happened in it: `defined`, `started`, `created`; digits for a number without a word; the family's own word
    /// where it has no details.
    public let detail: String

    public init(kind: Kind, uuid: ObjectUUID?, name: String, family: String, detail: String) {
        self.kind = kind
        self.uuid = uuid
        self.name = name
        self.family = family
        self.detail = detail
    }
}

/// That one object sent more events of one kind than anyone can use. They are passed over, of every object, until
/// `Connection.listen(to:)`; whoever gets this calls `Connection.silence(_:)`, so that the daemon sends no more.
public struct ObjectEventFlood: Sendable, Hashable {
    public let id: ObjectEventID
    /// The object's name; untrusted.
    public let name: String
}

/// Events about a host's objects on one connection, in order of arrival.
public struct ObjectEventStream: Sendable {
    private let sink: ObjectEventSink
    /// What the daemon sends no events of.
    public let refused: Set<ObjectEventID>

    init(sink: ObjectEventSink, refused: Set<ObjectEventID>) {
        self.sink = sink
        self.refused = refused
    }

    public var events: AsyncStream<ObjectEvent> { sink.stream }
    public var floods: AsyncStream<ObjectEventFlood> { sink.floods }
    /// Events that did not fit into the buffer, or were passed over in a flood.
    public var dropped: Int { sink.dropped.load(ordering: .relaxed) }
}

/// Takes events out of libvirt's callbacks, which only copy and enqueue.
final class ObjectEventSink: Sendable {
    /// Events of one kind that one object may send in a second, and all devices together: a card with many functions
    /// brings hundreds at once.
    static let limit = 50
    static let deviceLimit = 1000

    private struct Guard {
        var meter = EventMeter(limit: ObjectEventSink.limit)
        var deviceMeter = EventMeter(limit: ObjectEventSink.deviceLimit)
        var silenced: Set<ObjectEventID> = []

        mutating func isFlood(_ uuid: ObjectUUID?, _ id: ObjectEventID, in second: Int64) -> Bool {
            guard let uuid else {
                return deviceMeter.isFlood(ObjectUUID(high: 0, low: 0), id.rawValue, in: second)
            }
            return meter.isFlood(uuid, id.rawValue, in: second)
        }
    }

    let stream: AsyncStream<ObjectEvent>
    let floods: AsyncStream<ObjectEventFlood>
    let dropped = Atomic(0)
    private let continuation: AsyncStream<ObjectEvent>.Continuation
    private let flooding: AsyncStream<ObjectEventFlood>.Continuation
    private let guarding = Mutex(Guard())
    private let epoch = ContinuousClock.now

    init(buffer: Int) {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(buffer))
        // One for each id at most: one that is silenced floods no more.
        (floods, flooding) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(16))
    }

    func yield(_ event: ObjectEvent, id: ObjectEventID) {
        let second = epoch.duration(to: .now).components.seconds
        let verdict = guarding.withLock { state -> (passes: Bool, isNew: Bool) in
            if state.silenced.contains(id) { return (false, false) }
            guard state.isFlood(event.uuid, id, in: second) else { return (true, false) }
            state.silenced.insert(id)
            return (false, true)
        }
        if verdict.isNew { flooding.yield(ObjectEventFlood(id: id, name: event.name)) }
        if verdict.passes, case .enqueued = continuation.yield(event) { return }
        dropped.add(1, ordering: .relaxed)
    }

    /// Lets events of this kind pass again.
    func unsilence(_ id: ObjectEventID) {
        guarding.withLock { _ = $0.silenced.remove(id) }
    }

    func finish() {
        continuation.finish()
        flooding.finish()
    }
}
