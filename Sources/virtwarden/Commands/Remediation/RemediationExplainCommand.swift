// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
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
        let standing = found.standing
        Output.say("\(standing.name.asOneLine) (\(standing.uuid)) on \(standing.host.asOneLine): \(standing.phase)")
        Output.say("mode: \(found.mode)" + (found.lowered.map { "; \($0.asOneLine)" } ?? ""))
        for problem in found.problems { Output.say("metadata: \(problem.asOneLine)") }
        if found.policies.isEmpty { Output.say("policy: none is for this domain") }
        for policy in found.policies {
            let causes = policy.causes.joined(separator: ", ")
            Output.say("policy \(policy.name): after \(causes): \(policy.ladder.joined(separator: ", "))")
        }
        let limit = standing.limit.map { " of \($0)" } ?? ""
        Output.say("attempts that count: \(standing.attempts)\(limit)")
        if !found.decisions.isEmpty { Output.say("") }
        RemediationTable.show(
            ["TIME", "OUTCOME", "CAUSE", "ACTION", "REASON", "EVIDENCE"],
            found.decisions.map { one in
                [one.time, one.outcome, "\(one.cause) (\(one.confidence))", one.action ?? "", one.reason, one.evidence]
            })
        guard !found.steps.isEmpty else { return }
        Output.say("")
        RemediationTable.show(RemediationHistoryCommand.names, found.steps.map(RemediationHistoryCommand.row))
    }
}
