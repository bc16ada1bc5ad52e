// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One domain event, in libvirt's words.
public struct Event: Sendable, Hashable {
    public let uuid: ObjectUUID
    /// The domain's name; untrusted.
    public let name: String
    /// The family: `lifecycle`, `reboot`, `watchdog`, `io_error`, `control_error`, `agent_lifecycle` …
    public let kindName: String
    /// What happened in it: `stopped_failed`, `pause`, `connected`; digits for a number without a word.
    public let detailName: String
    /// Free text that came along (alias, reason); untrusted.
    public let note: String

    public init(uuid: ObjectUUID, name: String, kindName: String, detailName: String, note: String = "") {
        self.uuid = uuid
        self.name = name
        self.kindName = kindName
        self.detailName = detailName
        self.note = note
    }
}

/// That one domain sent more events of one kind than anyone can use. Events of that kind are passed over, of every domain,
/// until `Connection.listen(to:)`; whoever gets this calls `Connection.silence(_:)`, so that the daemon sends no more.
public struct EventFlood: Sendable, Hashable {
    /// `virDomainEventID`.
    public let id: Int32
    public let kindName: String
    public let uuid: ObjectUUID
    /// The domain's name; untrusted.
    public let name: String
}

/// Events of one connection, in order of arrival.
public struct EventStream: Sendable {
    private let sink: EventSink
    /// Event ids (`virDomainEventID`) that the daemon does not know.
    public let refused: [Int32]

    init(sink: EventSink, refused: [Int32]) {
        self.sink = sink
        self.refused = refused
    }

    /// Whether any kind of event can come.
    public var isHeard: Bool { refused.count < EventCallbacks.all.count }
    public var events: AsyncStream<Event> { sink.stream }
    public var floods: AsyncStream<EventFlood> { sink.floods }
    /// Events that did not fit into the buffer, or were passed over in a flood.
    public var dropped: Int { sink.dropped.load(ordering: .relaxed) }
}

/// Takes events out of libvirt's callbacks, which only copy and enqueue.
final class EventSink: Sendable {
    /// Events of one kind that one domain may send in a second.
    static let limit = 50

    private struct Guard {
        var meter = EventMeter(limit: EventSink.limit)
        var silenced: Set<Int32> = []
    }

    let stream: AsyncStream<Event>
    let floods: AsyncStream<EventFlood>
    let dropped = Atomic(0)
    private let continuation: AsyncStream<Event>.Continuation
    private let flooding: AsyncStream<EventFlood>.Continuation
    private let guarding = Mutex(Guard())
    private let epoch = ContinuousClock.now

    init(buffer: Int) {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(buffer))
        // One for each kind at most: a kind that is silenced floods no more.
        (floods, flooding) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(64))
    }

    func yield(_ event: Event, id: Int32) {
        let second = epoch.duration(to: .now).components.seconds
        let verdict = guarding.withLock { state -> (passes: Bool, isNew: Bool) in
            if state.silenced.contains(id) { return (false, false) }
            guard state.meter.isFlood(event.uuid, id, in: second) else { return (true, false) }
            state.silenced.insert(id)
            return (false, true)
        }
        if verdict.isNew {
            flooding.yield(EventFlood(id: id, kindName: event.kindName, uuid: event.uuid, name: event.name))
        }
        if verdict.passes, case .enqueued = continuation.yield(event) { return }
        dropped.add(1, ordering: .relaxed)
    }

    /// Lets events of this kind pass again.
    func unsilence(_ id: Int32) {
        guarding.withLock { _ = $0.silenced.remove(id) }
    }

    func finish() {
        continuation.finish()
        flooding.finish()
    }
}
