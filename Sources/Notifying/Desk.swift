// SPDX-License-Identifier: Apache-2.0
import Queues
import Vocabulary

/// Works off what one receiver is owed, one message at a time, until it has been told.
actor Desk {
    /// A queue of its own: what there is to do about thousands of alerts takes a while. Nothing is done here that waits
    /// for a disk or the network, as whoever brings alerts waits for this: channels are asked by the `Carrier`.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.desk")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var receiver: Receiver
    private var externalURL: String
    private var backlog: Backlog
    private var counts = DeliveryFigures()
    private var failures = 0
    /// The templates of which it has been said that they are of no use.
    private var complained: Set<String> = []
    private let carrier: Carrier
    private let file: OutboxFile?
    private let isMuted: @Sendable (Labels) -> Bool
    private let report: @Sendable (Delivery) -> Void
    private let epoch = ContinuousClock.now
    private var worker: Task<Void, Never>?
    private var pause: Task<Void, Never>?
    private var isStopped = false
    /// Waits for nothing any more: what may not be sent now stays.
    private var isDraining = false

    /// `file` keeps what is owed over a crash.
    init(
        _ receiver: Receiver, _ settings: NotifierSettings, _ carrier: Carrier, file: OutboxFile?,
        isMuted: @escaping @Sendable (Labels) -> Bool, _ report: @escaping @Sendable (Delivery) -> Void
    ) {
        self.carrier = carrier
        self.receiver = receiver
        externalURL = settings.externalURL
        backlog = Backlog(limits: settings.limits, sendsResolved: receiver.sendsResolved)
        self.file = file
        self.isMuted = isMuted
        self.report = report
    }

    private var now: Duration { epoch.duration(to: .now) }
    /// How long is waited for what has been cut off.
    static let farewell = Duration.milliseconds(1500)

    var figures: DeliveryFigures {
        backlog.sweep(now: now)
        commit()
        var figures = counts
        figures.givenUp = backlog.givenUp
        figures.depth = backlog.depth
        figures.oldestAge = backlog.oldest.map { now - $0 }
        return figures
    }

    /// Alerts as they stand, or notices, and where in the messages each belongs.
    func take(_ taken: [(Alert, Destination)], areNotices: Bool = false) {
        guard !isStopped else { return }
        for (alert, place) in taken {
            if areNotices {
                backlog.take(notice: alert, in: place.group, place.grouping, now: now)
            } else {
                backlog.take(alert, in: place.group, place.grouping, now: now)
            }
        }
        backlog.bound()
        commit()
        work()
    }

    /// Takes over what was kept; returns the alerts among it that fire.
    func adopt(_ rows: [OutboxRow], _ settings: NotifierSettings) -> [Alert] {
        let before = backlog.touched
        var gone: [OutboxChange] = []
        var firing: [Alert] = []
        for row in rows {
            let key = Backlog.Key(labels: row.key.labels, moment: row.key.moment)
            guard let alert = row.alert else {
                if let told = row.told { backlog.adopt(past: key.labels, known(told)) }
                continue
            }
            let places = settings.destinations(of: key.labels)
            guard let place = places.first(where: { $0.receiver == receiver.name }) else {
                gone.append(.forget(row.key))
                continue
            }
            let entry = Backlog.Entry(
                alert: alert, group: place.group, told: row.told.map(known), since: monotonic(row.since),
                bytes: alert.roughBytes)
            let isNew = backlog.adopt(key, entry, place.grouping, now: now)
            if isNew, key.moment == nil, alert.state == .firing { firing.append(alert) }
        }
        // What was just read need not be written.
        backlog.touched = before
        file?.put(gone)
        backlog.bound()
        commit()
        work()
        return firing
    }

    func reload(_ receiver: Receiver, _ settings: NotifierSettings) {
        self.receiver = receiver
        complained = []
        externalURL = settings.externalURL
        backlog.sendsResolved = receiver.sendsResolved
        backlog.limits = settings.limits
        backlog.reroute(now: now) { labels in
            settings.destinations(of: labels).first { $0.receiver == receiver.name }.map { ($0.group, $0.grouping) }
        }
        commit()
        work()
    }

    /// Forgets everything: the receiver is gone.
    func abandon() {
        stop()
        backlog.forgetAll()
        commit()
    }

    /// Lets what may be sent now leave, for up to `grace`; then nothing more is sent. Returns soon after, even when what is
    /// being sent hangs.
    func drain(within grace: Duration) async {
        pause?.cancel()
        isDraining = true
        let worker = worker
        await worker?.value(within: grace)
        stop()
        await worker?.value(within: Self.farewell)
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
            switch step() {
            case .rest: return
            case .wait(let time):
                guard !isDraining else { return }
                let wait = time - now
                // Cancelled when something new came in: then the loop looks again.
                let pause = Task<Void, Never> { try? await Task.sleep(for: wait) }
                self.pause = pause
                await pause.value
                self.pause = nil
            case .send(let batch): await send(batch)
            }
        }
    }

    private func step() -> Backlog.Step {
        let step = backlog.next(now: now, isMuted: isMuted)
        commit()
        return step
    }

    private func send(_ batch: Backlog.Batch) async {
        let message = Message(
            receiver: receiver.name, groupLabels: batch.group.labels, routeKey: batch.group.routeKey,
            alerts: batch.alerts, externalURL: externalURL)
        let before = failures
        let outcome = await carrier.tell(message, by: receiver.channel)
        let failure = outcome.reason ?? .other
        let result: Delivery.Result
        switch outcome.verdict {
        case .told:
            for since in batch.items.compactMap(\.since) { counts.latency.add(now - since) }
            backlog.settled(batch, now: now)
            counts.delivered += 1
            failures = 0
            result = .delivered
        case .tooMuch(let reason) where batch.items.count > 1:
            backlog.halve(batch, now: now)
            counts.failed += 1
            counts.failures[failure, default: 0] += 1
            failures += 1
            result = .failed(reason: reason, delay: .zero)
        case .refused(let reason), .tooMuch(let reason):
            backlog.settled(batch, now: now, isRefused: true)
            counts.refused += 1
            counts.failures[failure, default: 0] += 1
            result = .refused(reason: reason)
        case .again(let reason, let retryAfter):
            guard !isStopped else { return }
            let delay = backlog.failed(batch, now: now, retryAfter: retryAfter, random: .random(in: 0..<1))
            counts.failed += 1
            counts.failures[failure, default: 0] += 1
            failures += 1
            result = .failed(reason: reason, delay: delay)
        }
        commit()
        report(
            Delivery(
                receiver: receiver.name, alertNames: Set(batch.alerts.map(\.name)).sorted(),
                alerts: batch.items.count, result: result, failuresBefore: before,
                complaints: news(of: outcome.complaints)))
    }

    /// What has not been said of the receiver's templates yet.
    private func news(of complaints: [String: String]) -> [String] {
        complaints.sorted { $0.key < $1.key }.filter { complained.insert($0.key).inserted }.map(\.value)
    }
}

extension Desk {
    /// Hands what has changed to the file. Does not wait for it.
    private func commit() {
        defer { backlog.touched = [] }
        guard let file, !backlog.touched.isEmpty else { return }
        file.put(backlog.touched.map { change($0) })
    }

    private func change(_ key: Backlog.Key) -> OutboxChange {
        let rowKey = OutboxRow.Key(receiver: receiver.name, labels: key.labels, moment: key.moment)
        if let entry = backlog.entries[key] {
            return .put(
                OutboxRow(
                    key: rowKey, alert: entry.alert, group: entry.group.labels, routeKey: entry.group.routeKey,
                    told: entry.told.map(stored), since: wall(entry.since)))
        }
        guard key.moment == nil, let told = backlog.past[key.labels] else { return .forget(rowKey) }
        return .put(
            OutboxRow(
                key: rowKey, alert: nil, group: .none, routeKey: "", told: stored(told), since: wall(told.at)))
    }

    private func stored(_ told: Backlog.Told) -> OutboxRow.Told {
        OutboxRow.Told(state: told.state, firedAt: told.firedAt, at: wall(told.at))
    }

    private func known(_ told: OutboxRow.Told) -> Backlog.Told {
        Backlog.Told(state: told.state, firedAt: told.firedAt, at: monotonic(told.at))
    }

    private func wall(_ time: Duration) -> Timestamp { .wallClock - (now - time) }

    /// A time of the wall clock that is yet to come is now: that clock has been set.
    private func monotonic(_ time: Timestamp) -> Duration { now - max(.wallClock - time, .zero) }
}
