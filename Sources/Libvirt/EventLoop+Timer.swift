// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Dispatch
import Synchronization

/// One of libvirt's timeouts: one-shot, armed again after each callback while its interval is 0 or more.
///
/// libvirt puts its keepalive off with every message it reads. So a time that only moves back is noted, and Dispatch's
/// timer, which wakes a thread each time it is set, is set anew when it fires too early.
///
/// `@unchecked Sendable`: the mutable state is in the mutex; source and context are set once, and a Dispatch source may
/// be scheduled and cancelled from any thread.
final class Timer: @unchecked Sendable {
    private struct State {
        var interval: Int32 = -1
        /// When the callback is due, nil for never; and what Dispatch's timer is set to.
        var due: DispatchTime?
        var set: DispatchTime?
        var isCancelled = false
    }

    private let id: Int32
    private let callback: virEventTimeoutCallback
    private let context: CallbackContext
    private let source: any DispatchSourceTimer
    private let state = Mutex(State())

    init(id: Int32, callback: @escaping virEventTimeoutCallback, context: CallbackContext) {
        self.id = id
        self.callback = callback
        self.context = context
        source = DispatchSource.makeTimerSource(queue: EventLoop.queue)
        source.schedule(deadline: .distantFuture)
        source.setEventHandler { @Sendable [weak self] in self?.fire() }
        source.setCancelHandler { @Sendable in context.release() }
        source.activate()
    }

    /// `milliseconds` from now; 0 fires at once (libvirt flushes its event queue that way), -1 never.
    func arm(_ milliseconds: Int32) {
        state.withLock { state in
            guard !state.isCancelled else { return }
            state.interval = milliseconds
            putOff(&state)
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            source.cancel()
        }
    }

    /// Counts the interval from now.
    private func putOff(_ state: inout State) {
        guard state.interval >= 0 else {
            state.due = nil
            return
        }
        let due = DispatchTime.now() + .milliseconds(Int(state.interval))
        state.due = due
        if let set = state.set, set <= due { return }
        state.set = due
        source.schedule(deadline: due)
    }

    private func fire() {
        let isDue = state.withLock { state -> Bool in
            state.set = nil
            guard !state.isCancelled, let due = state.due else { return false }
            guard due > .now() else { return true }
            state.set = due
            source.schedule(deadline: due)
            return false
        }
        guard isDue else { return }
        callback(id, context.opaque)
        state.withLock { state in
            guard !state.isCancelled, state.interval >= 0, state.set == nil else { return }
            putOff(&state)
        }
    }
}
