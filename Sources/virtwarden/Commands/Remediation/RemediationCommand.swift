// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct RemediationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remediation",
        abstract: "Shows what was done about domains, and why; writes what a domain wishes.",
        discussion: """
            Examples:
              virtwarden remediation list
              virtwarden remediation explain web-1
              virtwarden remediation set web-1 --mode observe
            """,
        subcommands: [
            RemediationListCommand.self, RemediationExplainCommand.self, RemediationHistoryCommand.self,
            RemediationSetCommand.self,
        ])
}
