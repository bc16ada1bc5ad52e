// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Dispatch
import Glibc
import Synchronization

/// One watched descriptor: a copy of it in the loop's poller.
///
/// `@unchecked Sendable`: all mutable state is in the mutex; callback and context are set once and used on the loop's
/// queue.
final class Handle: @unchecked Sendable {
    private struct State {
        var wanted: Int32 = 0
        var isCancelled = false
    }

    private let id: Int32
    private let descriptor: Int32
    private let copy: Int32
    private let callback: virEventHandleCallback
    private let context: CallbackContext
    private let state = Mutex(State())

    init(
        id: Int32, descriptor: Int32, copy: Int32, callback: @escaping virEventHandleCallback, context: CallbackContext
    ) {
        self.id = id
        self.descriptor = descriptor
        self.copy = copy
        self.callback = callback
        self.context = context
    }

    /// Begins to watch, for nothing yet. False when that is not possible.
    func begin() -> Bool {
        EventLoop.poller.add(copy, as: id)
    }

    /// Takes what libvirt wants, in bits of `virEventHandleType`.
    func want(_ events: Int32) {
        state.withLock { state in
            guard !state.isCancelled, state.wanted != events else { return }
            state.wanted = events
            EventLoop.poller.change(copy, as: id, to: events)
        }
    }

    /// Tells libvirt what is ready, unless it wants to hear nothing any more.
    func ready(_ events: UInt32) {
        guard state.withLock({ !$0.isCancelled && $0.wanted != 0 }) else { return }
        callback(id, descriptor, Int32(bitPattern: events), context.opaque)
    }

    /// Watches no more; what belongs to it is given up behind a callback that may run now.
    func cancel() {
        let isFirst = state.withLock { state in
            guard !state.isCancelled else { return false }
            state.isCancelled = true
            EventLoop.poller.remove(copy)
            return true
        }
        guard isFirst else { return }
        EventLoop.queue.async { @Sendable in
            close(self.copy)
            self.context.release()
        }
    }
}
