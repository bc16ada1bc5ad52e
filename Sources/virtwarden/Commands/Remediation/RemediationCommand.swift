// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct RemediationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remediation",
        abstract: "Shows what was done about domains, and why; holds repairs, and lets them go on.",
        discussion: """
            Examples:
              virtwarden remediation list
              virtwarden remediation explain web-1
              virtwarden remediation release web-1
              virtwarden remediation pause --comment 'storage is being moved'
              virtwarden remediation set web-1 --mode observe
            """,
        subcommands: [
            RemediationListCommand.self, RemediationExplainCommand.self, RemediationHistoryCommand.self,
            RemediationReleaseCommand.self, RemediationPauseCommand.self, RemediationResumeCommand.self,
            RemediationSetCommand.self,
        ])
}
