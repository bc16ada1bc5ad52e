// SPDX-License-Identifier: Apache-2.0
import Queues
import Vocabulary

/// Works off what one receiver is owed, one message at a time, until it has been told.
actor Desk {
    /// A queue of its own: a channel may read a file, which may be far away.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.desk")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var receiver: Receiver
    private var externalURL: String
    private var backlog = Backlog()
    private var counts = DeliveryFigures()
    private var failures = 0
    private let carrier: Carrier
    private let report: @Sendable (Delivery) -> Void
    private let epoch = ContinuousClock.now
    private var worker: Task<Void, Never>?
    private var pause: Task<Void, Never>?
    private var isStopped = false
    /// Waits for nothing any more: what may not be sent now stays.
    private var isDraining = false

    init(
        _ receiver: Receiver, _ externalURL: String, _ carrier: Carrier,
        _ report: @escaping @Sendable (Delivery) -> Void
    ) {
        self.carrier = carrier
        self.receiver = receiver
        self.externalURL = externalURL
        self.report = report
    }

    private var now: Duration { epoch.duration(to: .now) }

    var figures: DeliveryFigures {
        var figures = counts
        figures.dropped = backlog.dropped
        figures.depth = backlog.depth
        figures.oldestAge = backlog.oldest.map { now - $0 }
        return figures
    }

    func take(_ taken: [(Alert, Backlog.Group)]) {
        guard !isStopped else { return }
        for (alert, group) in taken { backlog.take(alert, in: group, now: now) }
        work()
    }

    func reload(_ receiver: Receiver, _ externalURL: String) {
        self.receiver = receiver
        self.externalURL = externalURL
    }

    /// Lets what may be sent now leave, for up to `grace`; then nothing more is sent.
    func drain(within grace: Duration) async {
        pause?.cancel()
        let limit = Task {
            // A cancelled wait means that everything has left.
            try? await Task.sleep(for: grace)
            if !Task.isCancelled { self.stop() }
        }
        isDraining = true
        await worker?.value
        limit.cancel()
        stop()
    }

    func stop() {
        isStopped = true
        pause?.cancel()
        worker?.cancel()
    }

    private func work() {
        if let pause { return pause.cancel() }
        guard worker == nil else { return }
        worker = Task {
            await self.workOff()
            self.worker = nil
        }
    }

    private func workOff() async {
        while !isStopped {
            switch backlog.next(now: now) {
            case .rest: return
            case .wait(let time):
                guard !isDraining else { return }
                let wait = time - now
                // Cancelled when something new came in: then the loop looks again.
                let pause = Task<Void, Never> { try? await Task.sleep(for: wait) }
                self.pause = pause
                await pause.value
                self.pause = nil
            case .send(let group, let alerts): await send(group, alerts)
            }
        }
    }

    private func send(_ group: Backlog.Group, _ alerts: [Alert]) async {
        let message = Message(
            receiver: receiver.name, groupLabels: group.labels, routeText: group.routeText, alerts: alerts,
            externalURL: externalURL)
        let before = failures
        let result: Delivery.Result
        switch await carrier.tell(message, by: receiver.channel) {
        case .told:
            backlog.settled(group, alerts, now: now)
            counts.delivered += 1
            failures = 0
            result = .delivered
        case .refused(let reason):
            backlog.settled(group, alerts, now: now)
            counts.refused += 1
            result = .refused(reason: reason)
        case .again(let reason, let retryAfter):
            guard !isStopped else { return }
            let delay = backlog.failed(group, now: now, retryAfter: retryAfter, random: .random(in: 0..<1))
            counts.failed += 1
            failures += 1
            result = .failed(reason: reason, delay: delay)
        }
        report(
            Delivery(
                receiver: receiver.name, alertNames: Set(alerts.map(\.name)).sorted(), alerts: alerts.count,
                result: result, failuresBefore: before))
    }
}
