// SPDX-License-Identifier: Apache-2.0
import Dispatch
package import Libvirt
import Logging
import Queues
import Sampling
package import Vocabulary

/// Watches one libvirt host: keeps its connections, hears its events, samples its domains on a Dispatch timer.
///
/// All its state is confined to one serial queue, on which the timer fires too. It never waits for a monitor there:
/// such calls run in the lane's own queue, and their result comes back as a value.
package actor HostWatch {
    private let executor: QueueExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package nonisolated let name: String
    let uri: String?
    /// The `host` label, when there is more than one connection.
    let label: String?
    let writes: Bool
    let board: Board
    let log: Logger
    /// Told of what changed: names of metrics and the time, for the rules; events and findings, for remediation.
    let listener: any HostListener

    var links: HostLinks?
    var domains: [ObjectUUID: WatchedDomain] = [:]
    var own: OwnSeries
    var versions: Versions?
    var refused: Set<String> = []
    var skippedTicks = 0
    var skippedMonitorRounds = 0
    var droppedEvents = 0
    var lastRound: Duration = .zero
    var lastSuccess: Timestamp?
    private var timer: (any DispatchSourceTimer)?
    private var connecting: Task<Void, Never>?
    private var isRoundRunning = false
    var isMonitorRunning = false
    private var isStopped = false

    package init(
        name: String, uri: String?, label: String?, writes: Bool, board: Board, log: Logger,
        listener: any HostListener
    ) {
        executor = QueueExecutor(label: "virtwarden.host.\(name)")
        self.name = name
        self.uri = uri
        self.label = label
        self.writes = writes
        self.board = board
        self.log = log
        self.listener = listener
        own = OwnSeries(host: label)
    }

    package var isUp: Bool { links != nil }

    package var counts: [String: Int] {
        domains.values.reduce(into: [:]) { $0[$1.status.state.name, default: 0] += 1 }
    }

    /// Begins: connects, however long that takes, and samples every `interval`.
    package func start(every interval: Duration) {
        let source = DispatchSource.makeTimerSource(flags: .strict, queue: executor.queue)
        source.setEventHandler { @Sendable [weak self] in self?.assumeIsolated { $0.tick() } }
        let nanoseconds = Int(interval.inSeconds * 1e9)
        source.schedule(deadline: .now(), repeating: .nanoseconds(nanoseconds), leeway: .milliseconds(5))
        source.activate()
        timer = source
        connect()
    }

    package func stop() async {
        isStopped = true
        timer?.cancel()
        timer = nil
        connecting?.cancel()
        let old = links
        links = nil
        await old?.close()
    }

    /// A tick that comes while a round runs is skipped and counted, never queued.
    private func tick() {
        guard links != nil else { return putHostSeries() }
        guard !isRoundRunning else {
            skippedTicks += 1
            return
        }
        isRoundRunning = true
        Task {
            await self.round()
            self.isRoundRunning = false
        }
    }

    // MARK: Connecting

    private func connect() {
        connecting = Task { await self.keepConnecting() }
    }

    private func keepConnecting() async {
        var wait = Duration.milliseconds(500)
        var said: String?
        while !isStopped, links == nil {
            do throws(VirError) {
                let opened = try await HostLinks.open(uri, writes: writes)
                try await begin(opened)
                return
            } catch {
                putHostSeries()
                if said != error.description {
                    said = error.description
                    log.warning("cannot watch \(name): \(error); trying again until it answers")
                }
            }
            // Silence is right: a cancelled wait means that the agent stops, and the loop's condition sees that.
            try? await Task.sleep(for: wait * Double.random(in: 0.8...1.2))
            wait = min(wait * 2, .seconds(15))
        }
    }

    /// Registers for events first, lists after, compares with what was last known: nothing falls between.
    private func begin(_ opened: HostLinks) async throws(VirError) {
        let stream: EventStream
        do throws(VirError) {
            stream = try await opened.main.subscribe(buffer: 8192)
            versions = try await opened.main.versions()
            let listed = try await opened.main.domains()
            links = opened
            await reconcile(listed)
        } catch {
            links = nil
            await opened.close()
            throw error
        }
        log.info("watching \(name)", metadata: ["uri": "\(opened.main.uri)", "domains": "\(domains.count)"])
        Task { [weak self] in
            for await event in stream.events { await self?.hear(event, dropped: stream.dropped) }
        }
        Task { [weak self] in
            for await reason in opened.main.closed {
                await self?.lost(opened.main, because: reason)
                break
            }
        }
        if !isStopped { tick() }
    }

    private func lost(_ connection: Connection, because reason: CloseReason) async {
        guard let old = links, old.main === connection, !isStopped else { return }
        links = nil
        log.warning("lost libvirt of \(name): connection closed (\(reason.name)); connecting again")
        await old.close()
        let now = Timestamp.now
        for domain in domains.values {
            board.remove(domain.keys.filter { $0 != .domain(domain.identity, .events) }, at: now)
        }
        putHostSeries()
        await listener.changed(["libvirt_up"], at: now)
        connect()
    }

    /// Compares `listed` with what was last known: what happened while nobody listened becomes a finding.
    private func reconcile(_ listed: [ListedDomain]) async {
        let now = Timestamp.now
        var findings: [DomainFinding] = []
        for one in listed {
            if let known = domains[one.uuid] {
                if known.status.words != one.status.words {
                    findings.append(
                        DomainFinding(
                            domain: known.identity, before: known.status.words, now: one.status.words, time: now))
                }
                domains[one.uuid]?.status = one.status
                domains[one.uuid]?.listed = one
            } else {
                adopt(one)
            }
            await describe(one.uuid)
            putState(of: one.uuid, at: now)
        }
        for gone in domains.values where !listed.contains(where: { $0.uuid == gone.uuid }) {
            findings.append(
                DomainFinding(domain: gone.identity, before: gone.status.words, now: nil, time: now))
            forget(gone.uuid, at: now)
        }
        for finding in findings { await listener.found(finding) }
        await listener.changed(["libvirt_domain_state"], at: now)
    }

    func adopt(_ listed: ListedDomain) {
        var domain = WatchedDomain(identity: listed.identity(on: name), status: listed.status, host: label)
        domain.listed = listed
        board.put(domain.counters.batch(at: .now), as: .domain(domain.identity, .events))
        domains[listed.uuid] = domain
    }

    func forget(_ uuid: ObjectUUID, at time: Timestamp) {
        guard let domain = domains.removeValue(forKey: uuid) else { return }
        board.remove(domain.keys, at: time)
    }
}

/// Whoever wants to know what a host did. Values only; each call returns soon.
package protocol HostListener: Sendable {
    /// Series of these names changed at `time`, outside the sampling rhythm.
    func changed(_ names: Set<String>, at time: Timestamp) async
    func heard(_ event: DomainEvent) async
    func found(_ finding: DomainFinding) async
}
