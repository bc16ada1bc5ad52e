// SPDX-License-Identifier: Apache-2.0
import Alerting
package import Configuration
import Libvirt
package import Logging
import Notifying
import Remediation
import SeriesStore
package import Vocabulary
import Web
import WebClient

/// The whole agent: builds each part from checked settings, ties them together, ends them.
package actor Agent: HostListener {
    package nonisolated let board: Board
    private nonisolated let log: Logger
    private var hosts: [HostWatch] = []
    private var rules: RuleRunner?
    private var notifier: Notifier?
    private var room: RemediationRoom?
    private var server: Server?
    private var own: OwnFigures
    private var settings: Settings
    private let observers: [any AgentObserver]

    package init(settings: Settings, log: Logger, observers: [any AgentObserver] = []) {
        self.settings = settings
        self.log = log
        self.observers = observers
        board = Board(store: Store())
        own = OwnFigures()
    }

    /// Starts every part; throws when an address cannot be listened on or a rule file cannot be used.
    package func start() async throws {
        let groups = try RuleLoader.load(settings.ruleFiles).get()
        let site = AgentSite(agent: self, board: board)
        let server = try await Server.start(settings.listen, site: site)
        self.server = server
        startNotifier()
        let runner = RuleRunner(board: board, interval: settings.interval, log: log) { [weak self] changes in
            await self?.changed(changes)
        }
        rules = runner
        let label = settings.connections.count > 1
        hosts = settings.connections.map { connection in
            HostWatch(
                name: connection.name, uri: connection.uri, label: label ? connection.name : nil,
                writes: settings.remediation.mode == .auto, board: board, log: log, listener: self)
        }
        room = RemediationRoom(
            settings: settings.remediation, journal: nil, hands: DomainActions(hosts: hosts)
        ) { [weak self] decision in
            Task { await self?.decided(decision) }
        }
        await runner.load(groups)
        for host in hosts { await host.start(every: settings.interval) }
        log.info("listening", metadata: ["addresses": "\(await server.addresses.joined(separator: ", "))"])
    }
}
