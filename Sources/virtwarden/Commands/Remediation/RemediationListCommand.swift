// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Terminal
import Vocabulary

struct RemediationListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows how repair stands with each domain that anything happened to.",
        discussion: "Asks the agent at --url. Exits with 4 when no agent answers.")

    @OptionGroup var agent: AgentOptions
    @Option(help: "Only domains of this connection.") var host: String?
    @Option(help: "table, json or csv: a line for each domain.") var output = OutputForm.table
    @Flag(help: "Print everything as one JSON, limits of hosts and pauses too.") var json = false

    func run() async throws {
        let parameters = host.map { [("host", $0)] } ?? []
        let report = try await AgentClient(agent).get(RemediationReport.self, "/api/v1/remediation", parameters)
        if json { return Output.say(JSONLine.text(report)) }
        switch output {
        case .table:
            for line in RemediationText.lines(report, now: Timestamp(seconds: Date().timeIntervalSince1970)) {
                Output.say(line)
            }
        case .json: for one in report.domains { Output.say(JSONLine.text(one)) }
        case .csv: RemediationTable.showCSV(Self.names, report.domains.map(Self.row))
        }
    }

    private static let names = [
        "HOST", "NAME", "PHASE", "CAUSE", "POLICY", "ATTEMPTS", "LIMIT", "HELD", "NEXT", "LAST", "REASON",
    ]

    private static func row(_ one: RemediationStanding) -> [String] {
        [
            one.host, one.name, one.phase, one.cause ?? one.last?.cause ?? "", one.policy ?? one.last?.policy ?? "",
            "\(one.attempts)", one.limit.map { "\($0)" } ?? "", one.holds.map(\.kind).joined(separator: " "),
            one.next ?? "", one.last?.outcome ?? "", one.last?.reason ?? "",
        ]
    }
}

/// Rows of a table, in the forms that people and programs read.
enum RemediationTable {
    static func show(_ names: [String], _ rows: [[String]]) {
        var table = TextTable(names)
        for row in rows { table.add(row) }
        for line in table.lines { Output.say(line) }
    }

    static func showCSV(_ names: [String], _ rows: [[String]]) {
        Output.say(names.map { $0.lowercased() }.joined(separator: ","))
        for row in rows { Output.say(CSVLine.text(row)) }
    }
}
