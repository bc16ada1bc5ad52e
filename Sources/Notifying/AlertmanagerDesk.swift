// SPDX-License-Identifier: Apache-2.0
import Queues
import Vocabulary
import WebClient

/// Tells one Alertmanager of what stands, with a client and a queue of its own: one that hangs delays no other.
actor AlertmanagerDesk {
    /// Alerts in one request, as Prometheus has it.
    private static let batch = 256
    /// Fewer, when it was found that a proxy on the way takes fewer.
    private var most = AlertmanagerDesk.batch
    private static let longestDelay = Duration.seconds(30)
    /// A target that will not have what it is told is asked again when alerts are told again anyway.
    private static let refusedDelay = AlertmanagerBook.resend

    /// A queue of its own: a body of 256 alerts takes a while to write.
    private nonisolated let executor = QueueExecutor(label: "virtwarden.alertmanager")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var target: AlertmanagerTarget
    private var settings: AlertmanagerSettings
    private var book = AlertmanagerBook()
    private var counts = AlertmanagerFigures()
    private let client = WebClient()
    private let world: AlertmanagerWorld
    /// Alerts whose end is news, until the book has them.
    private var resolved: [Alert] = []
    private var failures = 0
    /// Whether the newest request was refused.
    private var wasRefused = false
    private var notBefore = Duration.zero
    private let epoch = ContinuousClock.now
    private var worker: Task<Void, Never>?
    private var pause: Task<Void, Never>?
    private var isStopped = false
    private var isDraining = false

    init(
        _ target: AlertmanagerTarget, _ settings: AlertmanagerSettings, _ world: AlertmanagerWorld
    ) {
        self.target = target
        self.settings = settings
        self.world = world
    }

    private var clock: Duration { epoch.duration(to: .now) }

    var figures: AlertmanagerFigures {
        var figures = counts
        figures.dropped = book.dropped
        figures.depth = book.depth
        return figures
    }

    /// Something has changed; `resolved` may stand nowhere any more. Also the beginning of the work.
    func wake(resolved: [Alert] = []) {
        guard !isStopped else { return }
        self.resolved += resolved
        // Whoever waits looks by itself.
        if let pause { return pause.cancel() }
        look()
        guard worker == nil else { return }
        worker = Task { await self.work() }
    }

    func reload(_ target: AlertmanagerTarget, _ settings: AlertmanagerSettings) {
        // What it refused, or what could not be read, may be right now.
        notBefore = .zero
        most = Self.batch
        self.target = target
        self.settings = settings
        wake()
    }

    /// Lets what is due leave, for up to `grace`; then nothing more is sent. Returns soon after, even when what is being
    /// sent hangs.
    func drain(within grace: Duration) async {
        isDraining = true
        pause?.cancel()
        await worker?.value(within: grace)
        stop()
        await worker?.value(within: Desk.farewell)
    }

    func stop() {
        isStopped = true
        pause?.cancel()
        worker?.cancel()
    }

    private func look() {
        book.take(world.standing(), resolved: resolved, now: world.now())
        resolved = []
    }

    private func work() async {
        while !isStopped {
            let alerts = book.due(most, clock: clock)
            let rest = notBefore - clock
            if alerts.isEmpty || rest > .zero {
                guard !isDraining else { return }
                await wait(alerts.isEmpty ? AlertmanagerBook.resend : rest, isIdle: alerts.isEmpty)
            } else {
                await send(alerts)
                guard !isDraining || failures == 0 else { return }
            }
        }
    }

    /// Until there is something to do: woken by news, or in time for what is told again.
    private func wait(_ longest: Duration, isIdle: Bool) async {
        let untilDue = isIdle ? book.nextDue.map { max($0 - clock, .milliseconds(10)) } : nil
        let duration = min(longest, untilDue ?? longest)
        // Cancelled by news.
        let pause = Task<Void, Never> { try? await Task.sleep(for: duration) }
        self.pause = pause
        await pause.value
        self.pause = nil
        look()
    }

    private func send(_ alerts: [StandingAlert]) async {
        let body = AlertmanagerBody(alerts, for: target, settings, now: world.now())
        // Relabelling keeps them from this target.
        guard !body.isEmpty else { return book.told(alerts, clock: clock) }
        let start = clock
        let verdict = await post(body.json)
        // Whoever stops the agent has cut it off.
        guard !isStopped || verdict == .told else { return }
        counts.note(clock - start)
        let before = failures
        let result = settle(verdict, alerts, sent: body.count)
        // It would be said anew each minute, when they are told again.
        if case .refused = result, wasRefused { return }
        if case .refused = result { wasRefused = true } else { wasRefused = false }
        world.report(
            Delivery(
                receiver: "alertmanager \(target.name)", alertNames: Set(alerts.map(\.alert.name)).sorted(),
                alerts: body.count, result: result, failuresBefore: before))
    }

    private func settle(_ verdict: Verdict, _ alerts: [StandingAlert], sent: Int) -> Delivery.Result {
        switch verdict {
        case .told:
            book.told(alerts, clock: clock)
            counts.sent += sent
            failures = 0
            return .delivered
        case .tooMuch(let reason) where alerts.count > 1:
            most = alerts.count / 2
            counts.errors += 1
            return .failed(reason: reason, delay: .zero)
        case .refused(let reason), .tooMuch(let reason):
            // It has taken the valid ones among them; the next time they are told anyway is the next attempt.
            book.told(alerts, clock: clock)
            counts.errors += 1
            return .refused(reason: reason)
        case .again(let reason, let asked):
            let delay = max(Self.delay(after: failures), min(asked ?? .zero, .seconds(300)))
            counts.errors += 1
            failures += 1
            notBefore = clock + delay
            return .failed(reason: reason, delay: delay)
        }
    }

    /// 1 s, doubled each time, give or take a fifth.
    private static func delay(after failures: Int) -> Duration {
        min(.seconds(1 << min(failures, 10)), longestDelay) * Double.random(in: 0.8..<1.2)
    }

    private func post(_ body: [UInt8]) async -> Verdict {
        let request = WebRequest(
            url: target.url + "/api/v2/alerts", method: "POST", headers: [("Content-Type", "application/json")],
            body: body, timeout: target.timeout, settings: target.client, cutsLongBody: true)
        do throws(WebClientError) {
            return Self.verdict(on: try await client.send(request))
        } catch {
            return .again(reason: error.description, retryAfter: nil)
        }
    }

    private static func verdict(on response: WebResponse) -> Verdict {
        switch response.status {
        case 200..<300: .told
        case 400, 422: .refused(reason: "it answered \(response.status): \(response.firstLine)")
        case 413: .tooMuch(reason: "it answered 413")
        case 408, 429, 500...: .again(reason: "it answered \(response.status)", retryAfter: response.retryAfter)
        // A password, a path or a proxy is wrong: nothing of it was taken, and someone has to look.
        default: .again(reason: "it answered \(response.status)", retryAfter: refusedDelay)
        }
    }
}

extension WebResponse {
    /// What Alertmanager says of alerts that are wrong.
    fileprivate var firstLine: String {
        let line = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        return String(line).asOneLine
    }
}
