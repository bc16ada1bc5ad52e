// SPDX-License-Identifier: Apache-2.0
import Alerting
package import Configuration
import Glibc
package import Logging
import Notifying
import Remediation
import Sampling
import SeriesStore
import Vocabulary
package import Web
import WebClient

/// The whole agent: builds each part from checked settings, ties them together, ends them.
package actor Agent {
    package nonisolated let board: Board
    private let log: Logger
    private let desk: NewsDesk
    private let events = EventLog()
    private let actions = DomainActions()
    private let notifier: Notifier
    private let alertmanagers: Alertmanagers
    private let silences: SilenceDesk
    private let eventDesk: EventDesk
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
    private var settling: Task<Void, Never>?
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
        let outbox = settings.stateDirectory.map { directory in
            OutboxFile(path: directory + "/outbox.db") { log.error("\($0)") }
        }
        let silences = SilenceDesk(path: settings.stateDirectory.map { $0 + "/silences.db" }, log: log)
        self.silences = silences
        notifier = Notifier(
            settings.notifying, outbox: outbox, isMuted: silences.isMuted, log: { log.notice("\($0)") },
            report: { desk.take(.delivery($0)) })
        eventDesk = EventDesk(notifier: notifier, isMuted: silences.isMuted)
        let room = RemediationRoom(
            settings: settings.remediation.bounded(mayAct), journal: journal, hands: actions,
            conditions: { await HostConditions.look(by: $0) }, holder: silences.holder
        ) { desk.take(.decision($0)) }
        self.room = room
        silences.onChange { Task { await room.reconsider() } }
        let rules = RuleBoard()
        alertmanagers = Alertmanagers(
            settings.alertmanagers,
            AlertmanagerWorld(standing: { rules.standingAlerts }, now: { .now }, report: { desk.take(.delivery($0)) }))
        let alertFlow = AlertFlow(
            notifier: notifier, alertmanagers: alertmanagers, room: room, actions: actions, desk: desk)
        memory = settings.stateDirectory.map { AlertMemory(path: $0 + "/alerts.db", log: log) }
        runner = RuleRunner(store: board.store, board: rules, memory: memory, log: log) { await alertFlow.take($0) }
        queries = QueryDesk(store: board.store, board: runner.board, bounds: settings.web.queries)
        flow = HostFlow(runner: runner, room: room, desk: desk, log: events, events: eventDesk)
    }

    /// Where it listens, as URLs.
    package var addresses: [String] {
        settings.web.listen.flatMap { servers[$0]?.addresses ?? [] }
    }

    /// Starts every part; throws, and leaves nothing behind, when an address cannot be listened on.
    package func start() async throws(WebError) {
        try await listen(settings.web.listen)
        do {
            try await room.start(boot: BootID.current)
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
        settling = Task { [weak self, settle = settleTime] in
            // A cancelled wait is the end of the agent.
            try? await Task.sleep(for: settle)
            if !Task.isCancelled { await self?.endUnheard() }
        }
        log.info("listening", metadata: ["addresses": "\(addresses.joined(separator: " "))"])
    }

    /// After this time every rule has said what it finds after a restart.
    private var settleTime: Duration {
        let sampling = settings.sampling.interval
        let groups = settings.ruleGroups.map { ($0.interval ?? sampling) + $0.queryOffset }
        return sampling * 4 + (groups.max() ?? .zero) * 2
    }

    /// Ends alerts of before the restart that receivers were told of and that no rule knows.
    private func endUnheard() async {
        let alerts = await runner.alerts
        await notifier.endUnheard(but: Set(alerts.filter { $0.state == .firing }.map(\.labels)))
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
        settling?.cancel()
        await runner.stop()
        await room.stop()
        for host in hosts { await host.stop() }
        await eventDesk.stop()
        async let told: Void = alertmanagers.stop(within: .seconds(2))
        await notifier.stop(within: .seconds(2))
        await told
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
        await alertmanagers.reload(settings.alertmanagers(externalURL: notifying.externalURL))
        for target in settings.alertmanagers.targets {
            if let warning = target.client.warning { log.warning("alertmanagers: \(target.name): \(warning)") }
        }
        for receiver in notifying.receivers {
            if let warning = receiver.channel.destination?.client.warning {
                log.warning("receivers: \(receiver.name): \(warning)")
            }
        }
        let single = settings.connections.count == 1 ? settings.connections.first?.name : nil
        silences.setSingleHost(single)
        eventDesk.reload(settings.eventRoutes, namesHosts: single == nil)
        let remediation = settings.remediation.bounded(mayAct)
        await room.reload(remediation)
        await queries.adjust(settings.web.queries, as: settings.promql.dialect)
        await runner.load(
            settings.ruleGroups, every: settings.sampling.interval, externalURL: notifying.externalURL,
            externalLabels: settings.alertmanagers.externalLabels, history: settings.promql.history)
        // What fired before a restart fires still.
        await alertmanagers.take([])
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
            board: board, log: events, rules: runner.board, queries: queries, silences: silences, room: room,
            repairs: RepairDesk(room: room, actions: actions, log: log), version: Version.text,
            readiness: { [weak self] in await self?.reasonNotReady() },
            connections: { [weak self] in await self?.connectionNames ?? [] },
            rulesOfChange: { [weak self] in await self?.settings.web.changeRules ?? ChangeRules() })
    }

    private var connectionNames: [String] { settings.connections.map(\.name) }

    private func reasonNotReady() async -> String? {
        for host in hosts {
            if let reason = await host.reasonNotReady { return "virtwarden is not ready: \(reason)." }
        }
        return nil
    }

    private func repairs() async -> RemediationFigures {
        var problems: [(domain: DomainIdentity, count: Int)] = []
        for host in hosts { problems += await host.wishProblems }
        return await RemediationFigures(
            news: desk.counts, overview: room.overview,
            isJournalUsable: mayAct, wishProblems: problems, namesHosts: settings.connections.count > 1, now: .now)
    }

    /// Puts the agent's own series on the board; how long until it should be done again.
    private func refreshOwn() async -> Duration {
        // Rules do so, too, but there may be none.
        board.store.expire(at: .now)
        await silences.sweep()
        await forgetGone()
        let facts = await OwnFigures.Facts(
            version: Version.text, rules: runner.counts, groups: runner.board.figures, alerts: runner.board.counts,
            memory: memory?.figures ?? (0, 0), silences: silences.figures(of: hosts), deliveries: notifier.figures(),
            outboxFailures: notifier.outboxFailures, alertmanagers: alertmanagers.figures(),
            repairs: repairs(), unlogged: desk.counts.unlogged, didReload: didReload, reloadedAt: reloadedAt,
            store: board.store.figures,
            seriesLeftOut: board.seriesLeftOut)
        board.put(own.batch(facts, at: .now), as: .agent)
        return settings.sampling.interval
    }
}

extension Agent {
    /// What was counted of domains that are gone; none is while a host cannot be asked.
    private func forgetGone() async {
        guard desk.hasCounts else { return }
        var known: Set<NewsDesk.DomainName> = []
        for host in hosts {
            guard await host.reasonNotReady == nil else { return }
            for domain in await host.identities {
                known.insert(NewsDesk.DomainName(host: domain.connection, domain: domain.name))
            }
        }
        desk.forget(allBut: known)
    }
}

extension Settings {
    fileprivate func alertmanagers(externalURL: String) -> AlertmanagerSettings {
        var settings = alertmanagers
        settings.externalURL = externalURL
        return settings
    }
}

extension WebSettings {
    /// Who may change something: people reach the agent by the names that the settings give it.
    fileprivate var changeRules: ChangeRules {
        let listening = listen.compactMap { if case .tcp(let host, _) = $0 { host.lowercased() } else { nil } }
        let external = externalURL?.split(separator: "/").dropFirst().first?.lowercased()
        let name = external.map { $0.hasPrefix("[") ? $0.dropFirst().prefix { $0 != "]" } : $0.prefix { $0 != ":" } }
        return ChangeRules(
            fromAnywhere: allowChanges, hosts: Set(listening + [name.map(String.init) ?? ""]).filter { !$0.isEmpty })
    }

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
