// SPDX-License-Identifier: Apache-2.0
import CEpoll
import CLibvirt
import Dispatch
import Glibc

/// The descriptors that libvirt watches, in one epoll instance; Dispatch only watches whether anything in that is ready.
///
/// libvirt wants nothing of a descriptor while one of its calls reads the answer itself, so it changes its mind twice a
/// call. Here each change is one system call and wakes nobody, where a Dispatch source for each descriptor would wake
/// threads in vain.
///
/// `@unchecked Sendable`: the source is only kept, since it ends when nobody has it; nothing is called on it.
struct Poller: @unchecked Sendable {
    /// Descriptors that are told of at once; the others follow.
    private static let batch = 16

    /// How often it looks before others have their turn on the queue. What libvirt has read it mostly answers, and the
    /// answer can be written at once: to look again costs less than to be woken again.
    private static let looks = 4

    /// -1 when the process may open no more.
    private let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let source: (any DispatchSourceRead)?

    /// `fired` is called on `queue` with what is ready: a number given to `add`, and bits of `virEventHandleType`.
    init(queue: DispatchQueue, fired: @escaping @Sendable (Int32, UInt32) -> Void) {
        guard descriptor >= 0 else {
            source = nil
            return
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { @Sendable [descriptor] in
            var looks = 0
            while looks < Self.looks, Self.tell(descriptor, fired) { looks += 1 }
        }
        source.activate()
        self.source = source
    }

    /// Tells of the descriptors that are ready; false when none is.
    private static func tell(_ epoll: Int32, _ fired: (Int32, UInt32) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: batch) { found in
            let count = epoll_wait(epoll, found.baseAddress, Int32(batch), 0)
            guard count > 0 else { return false }
            for event in found[..<Int(count)] {
                fired(Int32(truncatingIfNeeded: event.data.u64), events(event.events))
            }
            return true
        }
    }

    /// Takes a descriptor in, of which nothing is wanted yet. False when there is no room for it.
    func add(_ watched: Int32, as number: Int32) -> Bool {
        control(EPOLL_CTL_ADD, watched, number, 0)
    }

    /// What is wanted of a descriptor from now on, in bits of `virEventHandleType`.
    func change(_ watched: Int32, as number: Int32, to events: Int32) {
        _ = control(EPOLL_CTL_MOD, watched, number, events)
    }

    func remove(_ watched: Int32) {
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil)
    }

    private func control(_ operation: Int32, _ watched: Int32, _ number: Int32, _ events: Int32) -> Bool {
        var event = epoll_event(
            events: Self.mask(events), data: epoll_data_t(u64: UInt64(UInt32(bitPattern: number))))
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }

    /// The kernel tells of errors and of the other side's end whether they are wanted or not; where nothing is, once.
    private static func mask(_ events: Int32) -> UInt32 {
        let wanted = UInt32(bitPattern: events)
        var mask: UInt32 = 0
        if wanted & VIR_EVENT_HANDLE_READABLE.rawValue != 0 { mask |= EPOLLIN.rawValue }
        if wanted & VIR_EVENT_HANDLE_WRITABLE.rawValue != 0 { mask |= EPOLLOUT.rawValue }
        return wanted == 0 ? EPOLLONESHOT.rawValue : mask
    }

    private static func events(_ found: UInt32) -> UInt32 {
        var events: UInt32 = 0
        if found & EPOLLIN.rawValue != 0 { events |= VIR_EVENT_HANDLE_READABLE.rawValue }
        if found & EPOLLOUT.rawValue != 0 { events |= VIR_EVENT_HANDLE_WRITABLE.rawValue }
        if found & EPOLLERR.rawValue != 0 { events |= VIR_EVENT_HANDLE_ERROR.rawValue }
        if found & EPOLLHUP.rawValue != 0 { events |= VIR_EVENT_HANDLE_HANGUP.rawValue }
        return events
    }
}
