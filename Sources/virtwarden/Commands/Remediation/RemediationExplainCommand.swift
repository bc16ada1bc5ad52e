// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Terminal
import Vocabulary

struct RemediationExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tells why a domain was repaired, or was not.",
        discussion:
            "Asks the agent at --url. Exits with 4 when no agent answers, with 1 when it knows of no such domain.")

    @Argument(help: "The domain's name or UUID.") var domain: String
    @OptionGroup var agent: AgentOptions
    @Option(help: "The domain's connection.") var host: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let parameters = [("name", domain)] + (host.map { [("host", $0)] } ?? [])
        let found = try await AgentClient(agent).get(
            RemediationExplanation.self, "/api/v1/remediation/explain", parameters)
        if json { return Output.say(JSONLine.text(found)) }
        for line in RemediationText.lines(found, now: Timestamp(seconds: Date().timeIntervalSince1970)) {
            Output.say(line)
        }
    }
}
