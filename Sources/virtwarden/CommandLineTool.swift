// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Daemon

/// The subcommands, and how the process ends.
struct CommandLineTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "virtwarden",
        abstract: "Watches a libvirt host: metrics, alerts and repair of its domains.",
        discussion: """
            Exit codes: 0 ok, 1 the thing asked about is wrong, 2 usage, 3 configuration, 4 no daemon, 7 timeout; \
            5 and 6 are kept for "no libvirt" and "permission".

            Examples:
              virtwarden demo
              virtwarden serve --connect qemu:///system --interval 10s
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, EventsCommand.self, QueryCommand.self, MetricsCommand.self, RemediationCommand.self,
            DemoCommand.self, CheckCommand.self, MaintenanceCommand.self, SilenceCommand.self, TestCommand.self,
            PromQLCommand.self,
            VersionCommand.self,
        ])

    /// Parses the command line, runs the command and ends the process when it failed.
    static func run() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Output.complain(failure.sentence)
            ExitStatus.end(failure.status)
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Output.complain(fullMessage(for: error))
            ExitStatus.end(.usage)
        }
    }
}

/// Why a command ends with another code than 0.
struct CommandFailure: Error {
    let status: ExitStatus
    let sentence: String
}
