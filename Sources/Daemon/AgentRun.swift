// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Glibc
package import Logging
import Queues
package import Web

/// Runs an agent until a signal ends it.
package struct AgentRun: Sendable {
    /// Reads the settings: at the start, and again at each SIGHUP.
    package typealias Load = @Sendable () -> Result<Settings, ConfigurationFile.Problems>

    /// Why the agent did not start.
    package enum Failure: Error {
        case configuration(ConfigurationFile.Problems)
        case web(WebError)
        case state(StateLockError)
    }

    private let log: Logger
    private let load: Load
    /// The end may take this long; then the process ends whatever still runs.
    private static let grace = Duration.milliseconds(4500)
    /// After this, what only the start needed is given back.
    private static let startIsOver = Duration.seconds(30)

    package init(log: Logger, load: @escaping Load) {
        self.log = log
        self.load = load
    }

    /// Starts the agent and returns when SIGTERM or SIGINT has ended it.
    package func run() async throws(Failure) {
        let signals = SignalWatch()
        let loader = Loader(load)
        let agent: Agent
        let lock: StateLock?
        switch await loader.load() {
        case .success(let settings):
            do {
                lock = try await loader.lock(settings)
            } catch {
                throw .state(error)
            }
            agent = Agent(settings, log: log)
        case .failure(let problems): throw .configuration(problems)
        }
        defer { lock?.release() }
        do {
            try await agent.start()
        } catch {
            throw .web(error)
        }
        let settling = Task {
            // Cancelled when the agent ends before.
            try? await Task.sleep(for: Self.startIsOver)
            if !Task.isCancelled { ProcessMemory.giveBackStart() }
        }
        defer { settling.cancel() }
        for await signal in signals.signals {
            guard signal == .reload else { break }
            await reload(agent, loader)
        }
        log.info("ending")
        await Self.end(agent)
    }

    private func reload(_ agent: Agent, _ loader: Loader) async {
        switch await loader.load() {
        case .success(let settings):
            do {
                try await agent.reload(settings)
                log.notice("the configuration has been read again")
            } catch {
                log.error("\(error); the configuration before stays in force")
            }
        case .failure(let problems):
            for problem in problems.all { log.error("\(problem)") }
            log.error("the configuration has \(problems.all.count) problems; the one before stays in force")
            await agent.refuseReload()
        }
    }

    /// Ends the agent, within the grace: a call into libvirt that hangs must not keep the process.
    package static func end(_ agent: Agent) async {
        let limit = Task {
            // Cancelled when everything has ended in time.
            try? await Task.sleep(for: grace)
            if !Task.isCancelled { _exit(0) }
        }
        await agent.stop()
        limit.cancel()
    }
}

/// Reads files on a queue of its own: they may be far away.
private actor Loader {
    private let executor = QueueExecutor(label: "virtwarden.loader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let read: AgentRun.Load

    init(_ read: @escaping AgentRun.Load) {
        self.read = read
    }

    func load() -> Result<Settings, ConfigurationFile.Problems> {
        read()
    }

    func lock(_ settings: Settings) throws(StateLockError) -> StateLock? {
        guard let directory = settings.stateDirectory else { return nil }
        return try StateLock.take(directory)
    }
}
