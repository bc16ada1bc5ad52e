// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Vocabulary

struct RemediationHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows the newest steps that were begun, from the agent's journal.",
        discussion: "Asks the agent at --url, and prints the newest first. Exits with 4 when no agent answers.")

    @OptionGroup var agent: AgentOptions
    @Option(help: "Only steps of the domain of this name or UUID.") var name: String?
    @Option(help: "Only steps of this connection's domains.") var host: String?
    @Option(help: "How many, at most.") var limit = 100
    @Option(help: "table, json or csv.") var output = OutputForm.table

    func validate() throws {
        guard RemediationQuery.limits.contains(limit) else {
            throw ValidationError("--limit: \(limit) is not from 1 to \(RemediationQuery.limits.upperBound)")
        }
    }

    func run() async throws {
        let filters = [("name", name), ("host", host)].compactMap { key, value in value.map { (key, $0) } }
        let history = try await AgentClient(agent).get(
            RemediationHistory.self, "/api/v1/remediation/history", [("limit", "\(limit)")] + filters)
        switch output {
        case .table: RemediationTable.show(Self.names, history.steps.map(Self.row))
        case .json: for step in history.steps { Output.say(JSONLine.text(step)) }
        case .csv: RemediationTable.showCSV(Self.names, history.steps.map(Self.row))
        }
    }

    static let names = [
        "BEGAN", "ENDED", "HOST", "NAME", "INCIDENT", "ATTEMPT", "POLICY", "CAUSE", "ACTION", "RESULT",
    ]

    static func row(_ step: RemediationStep) -> [String] {
        [
            step.began, step.ended ?? "", step.host, step.name, step.incident, "\(step.attempt)", step.policy,
            step.cause, step.action, step.result ?? "",
        ]
    }
}
