// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Daemon
import Logging
import Vocabulary
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Watches, exports, alerts and repairs, until it is told to end.",
        discussion: """
            Needs no configuration: it watches this host's libvirt and listens on 127.0.0.1:9177. SIGHUP reads the \
            configuration and the rules again, SIGTERM ends it. Every flag can be given in the environment too, as \
            VIRTWARDEN_LOG_LEVEL; flags win over the environment, and both over the file.

            Examples:
              virtwarden serve
              virtwarden serve --config /etc/virtwarden/config.yml --log-format json
            """)

    @Option(help: "The libvirt connection to watch, in place of the configured ones.") var connect: String?
    @Option(help: "Where to listen: HOST:PORT, [IPV6]:PORT, :PORT or unix:/PATH; may be repeated.")
    var listen: [String] = []
    @Option(help: "How often to sample, as 10s.") var interval: String?
    @Option(help: "How often to ask the domains' monitors, as 30s.") var monitorInterval: String?
    @Option(help: "Add the series of another exporter: tinkoff, inovex or kumina; may be repeated.")
    var compat: [String] = []
    @Option(help: "The configuration file.") var config: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel: String?
    @Option(help: "text or json.") var logFormat: String?

    func run() async throws {
        let overrides = try Overrides(self)
        let file = config ?? Environment.flag("config")
        let log = try Self.logger(
            level: logLevel ?? Environment.flag("log-level"), format: logFormat ?? Environment.flag("log-format"))
        let run = AgentRun(log: log) {
            file.map { ConfigurationFile.load($0) }.map { $0.map(overrides.applied) }
                ?? .success(overrides.applied(to: Settings()))
        }
        do throws(AgentRun.Failure) {
            try await run.run()
        } catch {
            switch error {
            case .configuration(let problems):
                throw CommandFailure(status: .configuration, sentence: problems.description)
            case .state(let problem): throw CommandFailure(status: .wrong, sentence: problem.description)
            case .web(let problem): throw CommandFailure(status: .wrong, sentence: problem.description)
            }
        }
    }

    static func logger(level: String?, format: String?) throws -> Logger {
        guard let level = level.map({ Logger.Level(rawValue: $0.lowercased()) }) ?? .info else {
            throw ValidationError(
                "--log-level: expected one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let format = format.map({ LineLog.Format(rawValue: $0) }) ?? .text else {
            throw ValidationError("--log-format: expected text or json")
        }
        return Logger(label: "virtwarden") { _ in LineLog(level: level, format: format) }
    }
}

/// What flags and environment say in place of the file.
struct Overrides: Sendable {
    private let uri: String?
    private let listeners: [Listener]
    private let interval: Duration?
    private let monitorInterval: Duration?
    private let modes: [CompatibilityMode]

    init(_ command: ServeCommand) throws {
        uri = command.connect ?? Environment.flag("connect")
        let addresses =
            command.listen.isEmpty
            ? Environment.flag("listen")?.split(separator: ",").map(String.init) ?? [] : command.listen
        listeners = try addresses.map { text in
            guard let listener = Listener(parsing: text) else {
                throw ValidationError("--listen: \"\(text)\" is no HOST:PORT, [IPV6]:PORT, :PORT or unix:/PATH")
            }
            return listener
        }
        modes = try Self.modes(
            command.compat.isEmpty
                ? Environment.flag("compat")?.split(separator: ",").map(String.init) ?? [] : command.compat)
        interval = try Self.interval("interval", command.interval)
        monitorInterval = try Self.interval("monitor-interval", command.monitorInterval)
    }

    private static func interval(_ flag: String, _ given: String?) throws -> Duration? {
        try (given ?? Environment.flag(flag)).map { text in
            guard let interval = DurationText.parse(text), SamplingSettings.intervals.contains(interval) else {
                throw ValidationError("--\(flag): \"\(text)\" is no duration from 500ms to 1h, such as 10s")
            }
            return interval
        }
    }

    private static func modes(_ words: [String]) throws -> [CompatibilityMode] {
        try words.map { word in
            guard let mode = CompatibilityMode(rawValue: word) else {
                let known = CompatibilityMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--compat: there is no mode \"\(word)\"; there are \(known)")
            }
            return mode
        }
    }

    func applied(to settings: Settings) -> Settings {
        var settings = settings
        if let uri { settings.connections = [ConnectionSettings(uri: uri)] }
        if !listeners.isEmpty { settings.web.listen = listeners }
        if let interval { settings.sampling.interval = interval }
        if let monitorInterval { settings.sampling.monitorInterval = monitorInterval }
        for mode in modes { settings.sampling.take(mode) }
        return settings
    }
}
