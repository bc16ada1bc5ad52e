// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Queues
import Synchronization

/// A connection to libvirt. Every call runs on the connection's own serial queue and blocks nothing else.
///
/// A closed connection is never revived: open a new one, register for events again, list.
public actor Connection {
    private let executor: QueueExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public nonisolated let uri: String
    /// Yields the reason once, when the connection is lost, then ends.
    public nonisolated let closed: AsyncStream<CloseReason>
    private let closing: AsyncStream<CloseReason>.Continuation
    var opened: ConnectionHandle?
    private var subscription: EventSink?
    var objectSubscription: ObjectEventSink?
    /// How many figures the host has, which libvirt wants to be told with each call; 0 before it was asked.
    var nodeCPUCount: Int32 = 0
    var nodeMemoryCount: Int32 = 0
    var fieldMemory = FieldMemory()
    /// Whether it has counted unknown fields that nobody has taken.
    nonisolated let hasUntaken = Atomic(false)
    /// How many figures `virDomainGetCPUStats` has of a domain as a whole; nil before a domain was asked.
    var cpuCount: Int32?
    /// Of domains that single calls are made about.
    var kept = KeptHandles()

    init(uri: String) {
        executor = QueueExecutor(label: "libvirt.connection")
        self.uri = uri
        (closed, closing) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Opens `uri` (libvirt's default when nil), sets keepalive, listens for the end (`virConnectOpen`,
    /// `virConnectOpenReadOnly`, `virConnectSetKeepAlive`, `virConnectRegisterCloseCallback`).
    public static func open(_ uri: String?, access: Access) async throws(VirError) -> Connection {
        EventLoop.registered
        let connection = Connection(uri: uri ?? "the default connection")
        try await connection.connect(uri, access, OpenAttempt(connection.uri))
        return connection
    }

    func connect(_ uri: String?, _ access: Access, _ attempt: OpenAttempt) throws(VirError) {
        let call = access.opening
        let opened = attempt.run { access == .readOnly ? virConnectOpenReadOnly(uri) : virConnectOpen(uri) }
        guard let opened else { throw VirError.last(call).opening(self.uri) }
        self.opened = ConnectionHandle(owning: opened)
        // Lost after 30 s of silence. The daemon asks after 5 s, so this side, which each answer puts off, need not.
        // The test driver has no transport and refuses both; it can't be lost either.
        virConnectSetKeepAlive(opened, 10, 2)
        let box = Unmanaged.passRetained(CloseSink(closing)).toOpaque()
        if virConnectRegisterCloseCallback(opened, connectionClosed, box, releaseCloseSink) < 0 {
            Unmanaged<CloseSink>.fromOpaque(box).release()
        }
    }

    /// Deregisters what was registered and closes; later calls fail. Harmless when repeated.
    public func close() {
        // A handle that lives keeps the connection open.
        kept.removeAll()
        opened = nil
        subscription?.finish()
        objectSubscription?.finish()
        closing.finish()
    }

    /// Whether the transport stands (`virConnectIsAlive`); costs no call to the daemon.
    public var isAlive: Bool {
        guard let pointer = opened?.pointer else { return false }
        return virConnectIsAlive(pointer) == 1
    }

    /// The handle, or the error that a closed connection gives.
    func handle() throws(VirError) -> virConnectPtr {
        guard let pointer = opened?.pointer else {
            throw VirError(
                code: .internalError, domain: 0, call: "virConnect", message: "the connection to \(uri) is closed")
        }
        return pointer
    }

    /// Versions of driver, daemon and library (`virConnectGetVersion`, `virConnectGetLibVersion`, `virGetVersion`).
    public func versions() throws(VirError) -> Versions {
        let pointer = try handle()
        var hypervisor: UInt = 0
        var daemon: UInt = 0
        var library: UInt = 0
        try checked("virConnectGetVersion", virConnectGetVersion(pointer, &hypervisor))
        try checked("virConnectGetLibVersion", virConnectGetLibVersion(pointer, &daemon))
        try checked("virGetVersion", virGetVersion(&library, nil, nil))
        func text(_ number: UInt) -> String { "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)" }
        return Versions(
            driver: virConnectGetType(pointer).map { String(cString: $0) } ?? "", hypervisor: text(hypervisor),
            daemon: text(daemon), library: text(library))
    }

    /// Registers for domain events of every kind the binding knows; ids that the daemon refuses are passed over, all of
    /// them when the driver has no events.
    /// At most `buffer` events wait; what does not fit is dropped and counted (`virConnectDomainEventRegisterAny`).
    public func subscribe(buffer: Int) throws(VirError) -> EventStream {
        let pointer = try handle()
        let sink = EventSink(buffer: buffer)
        var refused: [Int32] = []
        for registration in EventCallbacks.all {
            if let callback = Connection.register(registration, on: pointer, sink) {
                opened?.registrations[registration.id] = callback
            } else {
                refused.append(registration.id)
            }
        }
        if refused.count == EventCallbacks.all.count {
            let error = VirError.last("virConnectDomainEventRegisterAny")
            // A driver without events (ESX) is watched by its rounds alone.
            guard error.code == .noSupport else { throw error }
        }
        subscription = sink
        return EventStream(sink: sink, refused: refused)
    }

    /// Asks the daemon for no more events of this id (`virConnectDomainEventDeregisterAny`), after a flood of them.
    public func silence(_ id: Int32) throws(VirError) {
        let pointer = try handle()
        guard let callback = opened?.registrations.removeValue(forKey: id) else { return }
        try checked("virConnectDomainEventDeregisterAny", virConnectDomainEventDeregisterAny(pointer, callback))
    }

    /// Asks for events of this id again. What happened meanwhile is lost: list the domains after it.
    public func listen(to id: Int32) throws(VirError) {
        let pointer = try handle()
        guard let subscription, opened?.registrations[id] == nil,
            let registration = EventCallbacks.all.first(where: { $0.id == id })
        else { return }
        subscription.unsilence(id)
        guard let callback = Connection.register(registration, on: pointer, subscription) else {
            throw VirError.last("virConnectDomainEventRegisterAny")
        }
        opened?.registrations[id] = callback
    }

    /// The callback's number; nil when the daemon refuses.
    private static func register(
        _ registration: EventCallbacks.Registration, on pointer: virConnectPtr, _ sink: EventSink
    ) -> Int32? {
        let box = Unmanaged.passRetained(sink).toOpaque()
        let number = virConnectDomainEventRegisterAny(
            pointer, nil, registration.id, registration.callback, box, releaseEventSink)
        if number < 0 { Unmanaged<EventSink>.fromOpaque(box).release() }
        return number < 0 ? nil : number
    }
}

/// libvirt's connection with its event registrations, given back once, when nobody holds it any more.
struct ConnectionHandle: ~Copyable {
    let pointer: virConnectPtr
    /// The number of each event id's callback.
    var registrations: [Int32: Int32] = [:]
    var objectRegistrations: [ObjectEventID: Int32] = [:]

    init(owning pointer: virConnectPtr) {
        self.pointer = pointer
    }

    deinit {
        for number in registrations.values { virConnectDomainEventDeregisterAny(pointer, number) }
        for (id, number) in objectRegistrations { id.deregister(number, on: pointer) }
        // The same function pointer: otherwise the callback keeps the connection and its descriptors.
        virConnectUnregisterCloseCallback(pointer, connectionClosed)
        virConnectClose(pointer)
    }
}

/// Carries the end of a connection out of libvirt's callback.
final class CloseSink: Sendable {
    let continuation: AsyncStream<CloseReason>.Continuation

    init(_ continuation: AsyncStream<CloseReason>.Continuation) {
        self.continuation = continuation
    }
}

private let connectionClosed: virConnectCloseFunc = { _, reason, opaque in
    guard let opaque else { return }
    let sink = Unmanaged<CloseSink>.fromOpaque(opaque).takeUnretainedValue()
    sink.continuation.yield(CloseReason(reason))
    sink.continuation.finish()
}

private let releaseCloseSink: virFreeCallback = { opaque in
    if let opaque { Unmanaged<CloseSink>.fromOpaque(opaque).release() }
}

private let releaseEventSink: virFreeCallback = { opaque in
    if let opaque { Unmanaged<EventSink>.fromOpaque(opaque).release() }
}
