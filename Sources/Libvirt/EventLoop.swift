// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Dispatch
import Glibc
import Synchronization

/// libvirt's event loop on Dispatch (`virEventRegisterImpl`): one serial queue, no polling thread.
///
/// libvirt calls add, update and remove from any thread, with locks of its own held; so they only note and arm, and
/// every callback and every free function runs later, on the queue.
enum EventLoop {
    static let queue = DispatchQueue(label: "libvirt.events")
    private static let table = Mutex(Table())
    static let poller = Poller(queue: queue) { id, events in handle(id)?.ready(events) }

    private struct Table {
        var next: Int32 = 1
        var handles: [Int32: Handle] = [:]
        var timers: [Int32: Timer] = [:]
    }

    /// Registers the loop and silences libvirt's printing to standard error; once in a process, before any connection.
    ///
    /// libvirt writes to a daemon that may just have died, and means its client to ignore SIGPIPE; a handler that the
    /// program has set stays.
    static let registered: Void = {
        var action = sigaction()
        if sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil {
            signal(SIGPIPE, SIG_IGN)
        }
        virSetErrorFunc(nil, ignoreError)
        virEventRegisterImpl(addHandle, updateHandle, removeHandle, addTimeout, updateTimeout, removeTimeout)
        virInitialize()
    }()

    static func insert(_ make: (Int32) -> Handle) -> Int32 {
        table.withLock { table in
            let id = table.next
            table.next += 1
            table.handles[id] = make(id)
            return id
        }
    }

    static func insert(timer make: (Int32) -> Timer) -> Int32 {
        table.withLock { table in
            let id = table.next
            table.next += 1
            table.timers[id] = make(id)
            return id
        }
    }

    static func handle(_ id: Int32) -> Handle? { table.withLock { $0.handles[id] } }
    static func timer(_ id: Int32) -> Timer? { table.withLock { $0.timers[id] } }
    static func takeHandle(_ id: Int32) -> Handle? { table.withLock { $0.handles.removeValue(forKey: id) } }
    static func takeTimer(_ id: Int32) -> Timer? { table.withLock { $0.timers.removeValue(forKey: id) } }
}

/// libvirt's callback context with its free function.
///
/// `@unchecked Sendable`: the pointers are libvirt's own and are only handed back to libvirt's own functions, on the
/// loop's queue.
final class CallbackContext: @unchecked Sendable {
    let opaque: UnsafeMutableRawPointer?
    private let free: virFreeCallback?

    init(opaque: UnsafeMutableRawPointer?, free: virFreeCallback?) {
        self.opaque = opaque
        self.free = free
    }

    /// Called once, when no callback can come any more.
    func release() {
        free?(opaque)
    }
}

private let ignoreError: virErrorFunc = { _, _ in }

private let addHandle: virEventAddHandleFunc = { descriptor, events, callback, opaque, free in
    guard let callback else { return -1 }
    // libvirt closes its descriptor right after removal; the poller has the copy until then.
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { return -1 }
    OpenAttempt.current?.note(copy)
    let context = CallbackContext(opaque: opaque, free: free)
    let id = EventLoop.insert { id in
        Handle(id: id, descriptor: descriptor, copy: copy, callback: callback, context: context)
    }
    guard let handle = EventLoop.handle(id), handle.begin() else {
        _ = EventLoop.takeHandle(id)
        close(copy)
        return -1
    }
    handle.want(events)
    return id
}

private let updateHandle: virEventUpdateHandleFunc = { id, events in
    EventLoop.handle(id)?.want(events)
}

private let removeHandle: virEventRemoveHandleFunc = { id in
    guard let handle = EventLoop.takeHandle(id) else { return -1 }
    handle.cancel()
    return 0
}

private let addTimeout: virEventAddTimeoutFunc = { milliseconds, callback, opaque, free in
    guard let callback else { return -1 }
    let context = CallbackContext(opaque: opaque, free: free)
    let id = EventLoop.insert(timer: { id in Timer(id: id, callback: callback, context: context) })
    EventLoop.timer(id)?.arm(milliseconds)
    return id
}

private let updateTimeout: virEventUpdateTimeoutFunc = { id, milliseconds in
    EventLoop.timer(id)?.arm(milliseconds)
}

private let removeTimeout: virEventRemoveTimeoutFunc = { id in
    guard let timer = EventLoop.takeTimer(id) else { return -1 }
    timer.cancel()
    return 0
}
