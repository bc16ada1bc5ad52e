// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Dispatch
import Synchronization

/// One of libvirt's timeouts: one-shot, armed again after each callback while its interval is 0 or more.
///
/// `@unchecked Sendable`: the mutable state is in the mutex; source and context are set once, and a Dispatch source may
/// be scheduled and cancelled from any thread.
final class Timer: @unchecked Sendable {
    private struct State {
        var interval: Int32 = -1
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
            schedule(milliseconds)
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            source.cancel()
        }
    }

    private func schedule(_ milliseconds: Int32) {
        source.schedule(deadline: milliseconds < 0 ? .distantFuture : .now() + .milliseconds(Int(milliseconds)))
    }

    private func fire() {
        let isWanted = state.withLock { !$0.isCancelled && $0.interval >= 0 }
        guard isWanted else { return }
        callback(id, context.opaque)
        state.withLock { state in
            guard !state.isCancelled, state.interval >= 0 else { return }
            schedule(state.interval)
        }
    }
}
