// SPDX-License-Identifier: Apache-2.0
package import Configuration
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
    /// After this, what only the start needed is given back.
    private static let startIsOver = Duration.seconds(30)

    package init(log: Logger, load: @escaping Load) {
        self.log = log
        self.load = load
    }

    /// Starts the agent and returns when SIGTERM or SIGINT has ended it.
    package func run() async throws(Failure) {
        let watch = SignalWatch()
        defer { withExtendedLifetime(watch) {} }
        let signals = RunSignals(watch.signals)
        let loader = Loader(load)
        guard let (agent, lock) = try await begin(signals, loader) else { return log.info("ending before the start") }
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
        for await _ in signals.reloads {
            guard let read = await signals.unlessEnding({ await loader.load() }) else { break }
            await take(read, agent)
        }
        log.info("ending")
        await agent.stop()
    }

    /// The agent, and the lock on its state; nil when it is to end before there is one.
    private func begin(_ signals: RunSignals, _ loader: Loader) async throws(Failure) -> (Agent, StateLock?)? {
        let settings: Settings
        switch await signals.unlessEnding({ await loader.load() }) {
        case nil: return nil
        case .success(let read): settings = read
        case .failure(let problems): throw .configuration(problems)
        }
        switch await signals.unlessEnding({ await loader.lock(settings) }) {
        case nil: return nil
        case .success(let lock): return (Agent(settings, log: log), lock)
        case .failure(let problem): throw .state(problem)
        }
    }

    private func take(_ read: Result<Settings, ConfigurationFile.Problems>, _ agent: Agent) async {
        switch read {
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

    func lock(_ settings: Settings) -> Result<StateLock?, StateLockError> {
        guard let directory = settings.stateDirectory else { return .success(nil) }
        return Result { () throws(StateLockError) in try StateLock.take(directory) }
    }
}
