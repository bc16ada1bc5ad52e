// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What signals tell a run while it does something else: to read its files again, and to end.
final class RunSignals: Sendable {
    /// Each wish to read the files again; those that come while the one before is met count once. Ends with the run.
    let reloads: AsyncStream<Void>
    private let state = Mutex(State())

    private struct State {
        var isEnding = false
        var stopWaiting: (@Sendable () -> Void)?
    }

    init(_ signals: AsyncStream<SignalWatch.Kind>) {
        let (reloads, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.reloads = reloads
        Task { [weak self] in
            for await signal in signals where signal == .reload { wish.yield() }
            self?.end()
            wish.finish()
        }
    }

    /// What `work` gives, or nil when the run is to end before: `work` may hang, on files of a server that is away, and is
    /// left behind then. One at a time.
    func unlessEnding<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        let (results, result) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
        let isEnding = state.withLock { state in
            state.stopWaiting = { result.finish() }
            return state.isEnding
        }
        guard !isEnding else { return nil }
        Task { result.yield(await work()) }
        return await results.first { _ in true }
    }

    private func end() {
        let stopWaiting = state.withLock { state in
            state.isEnding = true
            return state.stopWaiting
        }
        stopWaiting?()
    }
}
