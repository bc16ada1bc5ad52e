// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Daemon
import Libvirt
import Terminal
import Vocabulary
import Web
import YAML

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Shows the agent at work on a simulated host; touches nothing of yours.",
        discussion: """
            A dozen domains of libvirt's in-process test driver, sample rules, remediation in auto, and three mishaps. \
            Ctrl-C ends it and leaves nothing behind.

            Examples:
              virtwarden demo
              virtwarden demo --listen 127.0.0.1:9200
            """)

    @Option(help: "Where to serve /metrics; a free port is taken when this one is in use.")
    var listen = WebSettings.defaultListener.description

    func run() async throws {
        let signals = SignalWatch()
        let directory = try DemoDirectory()
        try directory.write("host.xml", DemoHost.xml)
        try directory.write("rules.yml", DemoHost.rules)
        let narrator = DemoNarrator(palette: Palette(environment: Environment.all))
        let agent = try await start(directory.path, narrator)
        introduce(await agent.addresses.first ?? "", narrator)
        let path = directory.path
        let script = Task { await Self.play(agent, path, narrator) }
        for await signal in signals.signals where signal == .terminate { break }
        script.cancel()
        await agent.stop()
        Output.say("\nThe demonstration has ended; nothing is left of it.")
    }

    /// Starts the agent, on any free port when the wanted one is taken.
    private func start(_ directory: String, _ narrator: DemoNarrator) async throws -> Agent {
        let log = try ServeCommand.logger(level: "error", format: nil)
        var address = listen
        while true {
            let text = DemoHost.configuration(directory: directory, listen: address)
            let agent: Agent
            switch ConfigurationFile.parse(text, path: "demo.yml") {
            case .success(let settings): agent = Agent(settings, log: log) { narrator.tell($0) }
            case .failure(let problems): throw CommandFailure(status: .usage, sentence: problems.description)
            }
            do throws(WebError) {
                try await agent.start()
                return agent
            } catch {
                guard address == WebSettings.defaultListener.description else {
                    throw CommandFailure(status: .wrong, sentence: error.description)
                }
                address = "127.0.0.1:0"
            }
        }
    }

    private func introduce(_ address: String, _ narrator: DemoNarrator) {
        let running = DemoHost.domains.count { $0.isRunning }
        Output.say(
            """
            virtwarden demo: a simulated host with \(DemoHost.domains.count) domains, \(running) of them running.
            Remediation is in auto here; its default is observe.

              metrics  \(address)/metrics
              end      Ctrl-C

            """)
    }

    /// Plays the mishaps at their times, then shows how the host stands.
    private static func play(_ agent: Agent, _ directory: String, _ narrator: DemoNarrator) async {
        guard let host = await agent.hosts.first else { return }
        var before = DemoFigures(agent.board)
        let clock = ContinuousClock()
        let began = clock.now
        for mishap in DemoScript.mishaps {
            // A cancelled wait means that the demonstration ends.
            try? await clock.sleep(until: began + mishap.at)
            guard !Task.isCancelled else { return }
            narrator.tell("mishap", .warning, mishap.sentence)
            before = DemoFigures(agent.board)
            do throws(VirError) {
                try await DemoScript.carryOut(mishap, on: host, directory: directory)
            } catch {
                narrator.tell("mishap", .bad, "could not happen: \(error)")
            }
        }
        try? await clock.sleep(until: began + .milliseconds(8500))
        guard !Task.isCancelled else { return }
        Output.say("\n" + (await table(agent, host, since: before)).lines.map { "  " + $0 }.joined(separator: "\n"))
        Output.say("\nThe agent goes on watching. Look at its metrics, or end it with Ctrl-C.\n")
    }

    private static func table(_ agent: Agent, _ host: HostWatch, since before: DemoFigures) async -> TextTable {
        var table = TextTable(["DOMAIN", "STATE", "REASON", "CPU", "MEMORY", "RECEIVED", "TITLE"])
        let states = await host.states
        let now = DemoFigures(agent.board)
        for domain in DemoHost.domains {
            let status = states[domain.name]
            let cpu = now.rate("libvirt_domain_info_cpu_time_seconds_total", domain.name, since: before)
            let memory = now.value("libvirt_domain_info_memory_usage_bytes", domain.name)
            let received = now.rate("libvirt_domain_interface_stats_receive_bytes_total", domain.name, since: before)
            table.add([
                domain.name, status?.state ?? "", status?.reason ?? "",
                cpu.map { "\(Int(($0 * 100).rounded()))%" } ?? "-",
                memory.map { "\(Int($0) >> 20) MiB" } ?? "-", received.map { "\(Int($0 / 1000)) kB/s" } ?? "-",
                domain.title,
            ])
        }
        return table
    }
}
