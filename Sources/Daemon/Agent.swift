// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Glibc
package import Logging
import Notifying
import Remediation
import Sampling
import SeriesStore
import Vocabulary
package import Web

/// The whole agent: builds each part from checked settings, ties them together, ends them.
package actor Agent {
    package nonisolated let board: Board
    private let log: Logger
    private let desk: NewsDesk
    private let events = EventLog()
    private let actions = DomainActions()
    private let notifier: Notifier
    private let room: RemediationRoom
    private let runner: RuleRunner
    private let memory: AlertMemory?
    private let queries: QueryDesk
    private let flow: HostFlow
    /// Whether repairs may be done at all: false when what they must be written to cannot be used.
    private var mayAct: Bool
    private var settings: Settings
    package private(set) var hosts: [HostWatch] = []
    private var servers: [Listener: Server] = [:]
    private var own = OwnFigures()
    private var ownTicker: Task<Void, Never>?
    private var didReload = true
    private var reloadedAt = Timestamp.now

    /// `news` is given everything that happens; it returns at once.
    package init(_ settings: Settings, log: Logger, news: (@Sendable (News) -> Void)? = nil) {
        let desk = NewsDesk(log: log, pass: news)
        let (journal, mayAct) = JournalFile.open(settings, log)
        self.settings = settings
        self.log = log
        self.desk = desk
        self.mayAct = mayAct
        board = Board(store: Store(), timestamps: settings.web.timestamps)
        notifier = Notifier(settings.notifying, log: { log.notice("\($0)") }, report: { desk.take(.delivery($0)) })
        room = RemediationRoom(
            settings: settings.remediation.bounded(mayAct), journal: journal, hands: actions
        ) { desk.take(.decision($0)) }
        let alertFlow = AlertFlow(notifier: notifier, room: room, actions: actions, desk: desk)
        memory = settings.stateDirectory.map { AlertMemory(path: $0 + "/alerts.db", log: log) }
        runner = RuleRunner(store: board.store, memory: memory, log: log) { await alertFlow.take($0) }
        queries = QueryDesk(store: board.store, board: runner.board, bounds: settings.web.queries)
        flow = HostFlow(runner: runner, room: room, desk: desk, log: events)
    }

    /// Where it listens, as URLs.
    package var addresses: [String] {
        settings.web.listen.flatMap { servers[$0]?.addresses ?? [] }
    }

    /// Starts every part; throws, and leaves nothing behind, when an address cannot be listened on.
    package func start() async throws(WebError) {
        try await listen(settings.web.listen)
        do {
            try await room.start()
        } catch {
            mayAct = false
            log.error("cannot read the remediation journal: \(error); domains are only observed")
        }
        await apply(settings)
        ownTicker = Task { [weak self] in
            while !Task.isCancelled, let interval = await self?.refreshOwn() {
                // A cancelled wait is the end of the loop.
                try? await Task.sleep(for: interval)
            }
        }
        log.info("listening", metadata: ["addresses": "\(addresses.joined(separator: " "))"])
    }

    /// Takes new settings in place of the old ones. When an address cannot be listened on, the old ones stay in force.
    package func reload(_ new: Settings) async throws(WebError) {
        do {
            try await listen(new.web.listen)
        } catch {
            didReload = false
            throw error
        }
        for (listener, server) in servers where !new.web.listen.contains(listener) {
            servers[listener] = nil
            await server.stop()
        }
        if new.web.timestamps != settings.web.timestamps {
            log.warning("web.timestamps has changed; the new one is used at the next start")
        }
        if new.stateDirectory != settings.stateDirectory {
            log.warning("state.directory has changed; the new one is used at the next start")
        }
        settings = new
        await apply(new)
        didReload = true
        reloadedAt = .now
    }

    /// Notes that a configuration could not be used, for the metric.
    package func refuseReload() {
        didReload = false
    }

    /// Ends every part; takes no longer than a few seconds, whatever libvirt and the receivers do.
    package func stop() async {
        ownTicker?.cancel()
        await runner.stop()
        await room.stop()
        for host in hosts { await host.stop() }
        await notifier.stop(within: .seconds(2))
        for server in servers.values { await server.stop(within: .seconds(1)) }
        servers = [:]
    }

    /// Listens on the addresses that are new, on all or on none.
    private func listen(_ listeners: [Listener]) async throws(WebError) {
        var added: [Listener: Server] = [:]
        for listener in listeners where servers[listener] == nil {
            do {
                added[listener] = try await Server.start([listener], site: site)
            } catch {
                for server in added.values { await server.stop(within: .zero) }
                throw error
            }
        }
        servers.merge(added) { old, _ in old }
    }

    private func apply(_ settings: Settings) async {
        var notifying = settings.notifying
        notifying.externalURL = externalURL(settings)
        await notifier.reload(notifying)
        let remediation = settings.remediation.bounded(mayAct)
        await room.reload(remediation)
        await queries.adjust(settings.web.queries, as: settings.promql.dialect)
        await runner.load(
            settings.ruleGroups, every: settings.sampling.interval, externalURL: notifying.externalURL,
            history: settings.promql.history)
        await watch(settings, writes: remediation.mode == .auto)
    }

    private func watch(_ settings: Settings, writes: Bool) async {
        board.setSeriesLimit(settings.sampling.maxSeries)
        let plans = settings.connections.map { connection in
            HostWatch.Plan(
                name: connection.name, uri: connection.uri ?? DefaultConnection.uri,
                label: settings.connections.count > 1 ? connection.name : nil, writes: writes,
                sampling: settings.sampling.plan, deadline: settings.sampling.deadline,
                filter: DomainFilter(include: settings.sampling.include, exclude: settings.sampling.exclude),
                domainLimit: settings.sampling.maxDomains, metadata: settings.metadata,
                objects: ObjectOptions(
                    volumes: settings.sampling.volumes, leases: settings.sampling.leases,
                    refreshesPools: settings.sampling.poolRefresh),
                asksGuests: settings.sampling.asksGuests)
        }
        var kept: [HostWatch] = []
        for host in hosts {
            let old = await host.plan
            if let plan = plans.first(where: { $0.isSameHost(as: old) }) {
                await host.adjust(plan)
                kept.append(host)
            } else {
                await host.stop()
            }
        }
        let known = Set(kept.map(\.name))
        let added = plans.filter { !known.contains($0.name) }.map { plan in
            HostWatch(plan, board: board, log: log, listener: flow)
        }
        hosts = kept + added
        actions.setHosts(hosts)
        for host in added { await host.start() }
    }

    private func externalURL(_ settings: Settings) -> String {
        if let url = settings.web.externalURL { return url }
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let page = addresses.first { $0.hasPrefix("http") }
        let port = page.flatMap { $0.split(separator: ":").last } ?? "9177"
        return "http://\(host):\(port)"
    }

    // MARK: What the pages show

    private nonisolated var site: AgentSite {
        AgentSite(
            board: board, log: events, rules: runner.board, queries: queries, version: Version.text,
            readiness: { [weak self] in await self?.reasonNotReady() },
            connections: { [weak self] in await self?.connectionNames ?? [] })
    }

    private var connectionNames: [String] { settings.connections.map(\.name) }

    private func reasonNotReady() async -> String? {
        for host in hosts {
            if let reason = await host.reasonNotReady { return "virtwarden is not ready: \(reason)." }
        }
        return nil
    }

    /// Puts the agent's own series on the board; how long until it should be done again.
    private func refreshOwn() async -> Duration {
        // Rules do so, too, but there may be none.
        board.store.expire(at: .now)
        let facts = await OwnFigures.Facts(
            version: Version.text, rules: runner.counts, groups: runner.board.figures, alerts: runner.board.counts,
            memory: memory?.figures ?? (0, 0), deliveries: notifier.figures(),
            news: desk.counts, quarantined: room.quarantined.count, journalFailures: room.journalFailures,
            didReload: didReload, reloadedAt: reloadedAt, store: board.store.figures,
            seriesLeftOut: board.seriesLeftOut, namesHosts: settings.connections.count > 1)
        board.put(own.batch(facts, at: .now), as: .agent)
        return settings.sampling.interval
    }
}

extension WebSettings {
    fileprivate var queries: QueryDesk.Bounds {
        QueryDesk.Bounds(timeout: queryTimeout, most: maxQueries)
    }
}

extension RemediationSettings {
    /// Never more than observing when nothing may be done.
    fileprivate func bounded(_ mayAct: Bool) -> RemediationSettings {
        var bounded = self
        if mode == .auto, !mayAct { bounded.mode = .observe }
        return bounded
    }
}
