// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Dispatch
import Glibc
import Synchronization

/// One watched descriptor: a read and a write source on a copy of it.
///
/// libvirt wants nothing of a descriptor while one of its calls reads the answer itself, so it changes its mind twice a
/// call. The read source is therefore left alone until it fires in vain, and is then suspended; and it is resumed a
/// little after it is wanted again, since in a row of calls the next comes before that. The write source, which is seldom
/// wanted, is resumed and suspended at once.
///
/// `@unchecked Sendable`: all mutable state is in the mutex; the sources and the context are set once, and Dispatch's
/// sources may be resumed, suspended and cancelled from any thread.
final class Handle: @unchecked Sendable {
    private struct State {
        var wanted: Int32 = 0
        var isReading = false
        var isWriting = false
        var isCancelled = false
        var sourcesLeft = 2

        var reads: Bool {
            wanted & Int32(VIR_EVENT_HANDLE_READABLE.rawValue | VIR_EVENT_HANDLE_HANGUP.rawValue) != 0
        }
    }

    private let id: Int32
    private let descriptor: Int32
    private let copy: Int32
    private let callback: virEventHandleCallback
    private let context: CallbackContext
    private let reader: any DispatchSourceRead
    private let writer: any DispatchSourceWrite
    private let state = Mutex(State())

    init(
        id: Int32, descriptor: Int32, copy: Int32, callback: @escaping virEventHandleCallback, context: CallbackContext
    ) {
        self.id = id
        self.descriptor = descriptor
        self.copy = copy
        self.callback = callback
        self.context = context
        reader = DispatchSource.makeReadSource(fileDescriptor: copy, queue: EventLoop.queue)
        writer = DispatchSource.makeWriteSource(fileDescriptor: copy, queue: EventLoop.queue)
        reader.setEventHandler { @Sendable [weak self] in self?.readable() }
        writer.setEventHandler { @Sendable [weak self] in self?.ready() }
        // These keep the handle alive until both sources are done.
        reader.setCancelHandler { @Sendable in self.sourceEnded() }
        writer.setCancelHandler { @Sendable in self.sourceEnded() }
    }

    /// Takes what libvirt wants, in bits of `virEventHandleType`. Suspensions nest, hence the flags.
    func want(_ events: Int32) {
        let resumesSoon = state.withLock { state in
            guard !state.isCancelled else { return false }
            state.wanted = events
            let writes = events & Int32(VIR_EVENT_HANDLE_WRITABLE.rawValue) != 0
            if writes != state.isWriting { writes ? writer.resume() : writer.suspend() }
            state.isWriting = writes
            return state.reads && !state.isReading
        }
        if resumesSoon { EventLoop.resumeSoon(self) }
    }

    /// Resumes the read source, if it is still wanted.
    func resume() {
        state.withLock { state in
            guard !state.isCancelled, state.reads, !state.isReading else { return }
            reader.resume()
            state.isReading = true
        }
    }

    private func readable() {
        let isWanted = state.withLock { state in
            guard !state.isCancelled, state.isReading, !state.reads else { return true }
            reader.suspend()
            state.isReading = false
            return false
        }
        if isWanted { ready() }
    }

    /// Ends both sources; a suspended one is resumed after, else its cancel handler would never run.
    func cancel() {
        state.withLock { state in
            guard !state.isCancelled else { return }
            state.isCancelled = true
            reader.cancel()
            writer.cancel()
            if !state.isReading { reader.resume() }
            if !state.isWriting { writer.resume() }
        }
    }

    private func ready() {
        let wanted = state.withLock { $0.isCancelled ? 0 : $0.wanted }
        guard wanted != 0 else { return }
        var ask: Int16 = 0
        if wanted & Int32(VIR_EVENT_HANDLE_READABLE.rawValue) != 0 { ask |= Int16(POLLIN) }
        if wanted & Int32(VIR_EVENT_HANDLE_WRITABLE.rawValue) != 0 { ask |= Int16(POLLOUT) }
        var poller = pollfd(fd: copy, events: ask, revents: 0)
        guard poll(&poller, 1, 0) > 0 else { return }
        var events: UInt32 = 0
        if poller.revents & Int16(POLLIN) != 0 { events |= VIR_EVENT_HANDLE_READABLE.rawValue }
        if poller.revents & Int16(POLLOUT) != 0 { events |= VIR_EVENT_HANDLE_WRITABLE.rawValue }
        if poller.revents & Int16(POLLERR) != 0 { events |= VIR_EVENT_HANDLE_ERROR.rawValue }
        if poller.revents & Int16(POLLHUP) != 0 { events |= VIR_EVENT_HANDLE_HANGUP.rawValue }
        guard events != 0 else { return }
        callback(id, descriptor, Int32(events), context.opaque)
    }

    private func sourceEnded() {
        let isLast = state.withLock { state in
            state.sourcesLeft -= 1
            return state.sourcesLeft == 0
        }
        guard isLast else { return }
        close(copy)
        context.release()
    }
}
