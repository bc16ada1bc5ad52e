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

/// Events of one connection, in order of arrival.
public struct EventStream: Sendable {
    private let sink: EventSink
    /// Event ids (`virDomainEventID`) that the daemon does not know.
    public let refused: [Int32]

    init(sink: EventSink, refused: [Int32]) {
        self.sink = sink
        self.refused = refused
    }

    public var events: AsyncStream<Event> { sink.stream }
    /// Events that did not fit into the buffer.
    public var dropped: Int { sink.dropped.load(ordering: .relaxed) }
}

/// Takes events out of libvirt's callbacks, which only copy and enqueue.
final class EventSink: Sendable {
    let stream: AsyncStream<Event>
    let dropped = Atomic(0)
    private let continuation: AsyncStream<Event>.Continuation

    init(buffer: Int) {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(buffer))
    }

    func yield(_ event: Event) {
        if case .dropped = continuation.yield(event) { dropped.add(1, ordering: .relaxed) }
    }

    func finish() {
        continuation.finish()
    }
}
