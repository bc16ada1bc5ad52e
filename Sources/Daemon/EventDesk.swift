// SPDX-License-Identifier: Apache-2.0
import Alerting
import Notifying
import Synchronization
import Vocabulary

/// Tells receivers of events that routes choose. Whoever brings an event does not wait.
final class EventDesk: Sendable {
    fileprivate struct State {
        var notices = EventNotices()
        /// Made, and not yet handed on.
        var pending: [EventNotices.Notice] = []
        var isPassing = false
        var timer: Task<Void, Never>?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let notifier: Notifier
    private let isMuted: @Sendable (Labels) -> Bool
    private static let pendingLimit = 10_000

    init(notifier: Notifier, isMuted: @escaping @Sendable (Labels) -> Bool) {
        self.notifier = notifier
        self.isMuted = isMuted
    }

    /// Takes new routes; what was counted by the old ones is told.
    func reload(_ routes: [EventRoute], namesHosts: Bool) {
        let passes = state.withLock { state in
            let counted = state.notices.due(now: .monotonic, isEnd: true)
            state.notices = EventNotices(routes, namesHosts: namesHosts)
            return state.take(counted, Self.pendingLimit)
        }
        if passes { Task { await pass() } }
    }

    func hear(_ event: EventRecord) {
        let passes = state.withLock { state in
            guard !state.isStopped else { return false }
            let notices = state.notices.hear(event, now: .monotonic)
            if state.timer == nil, !state.notices.isIdle { state.timer = Task { await self.tick() } }
            return state.take(notices, Self.pendingLimit)
        }
        if passes { Task { await pass() } }
    }

    /// Tells what was counted until now, and nothing more.
    func stop() async {
        let timer = state.withLock { state in
            state.isStopped = true
            _ = state.take(state.notices.due(now: .monotonic, isEnd: true), Self.pendingLimit)
            return state.timer
        }
        timer?.cancel()
        await pass()
    }

    /// Once a second, while something is counted.
    private func tick() async {
        while !Task.isCancelled {
            // A cancelled wait is the end of the loop.
            try? await Task.sleep(for: .seconds(1))
            let (passes, isIdle) = state.withLock { state in
                let passes = state.take(state.notices.due(now: .monotonic), Self.pendingLimit)
                if state.notices.isIdle { state.timer = nil }
                return (passes, state.notices.isIdle)
            }
            if passes { await pass() }
            if isIdle { return }
        }
    }

    private func pass() async {
        while true {
            let notices = state.withLock { state in
                let notices = state.pending
                state.pending = []
                if notices.isEmpty { state.isPassing = false }
                return notices
            }
            if notices.isEmpty { return }
            let told = notices.filter { !isMuted($0.alert.labels) }
            for (receiver, some) in Dictionary(grouping: told, by: \.receiver) {
                await notifier.take(notices: some.map(\.alert), to: receiver)
            }
        }
    }
}

extension EventDesk.State {
    /// Whether somebody has to pass on what waits.
    fileprivate mutating func take(_ notices: [EventNotices.Notice], _ limit: Int) -> Bool {
        pending += notices.prefix(max(0, limit - pending.count))
        guard !pending.isEmpty, !isPassing else { return false }
        isPassing = true
        return true
    }
}
