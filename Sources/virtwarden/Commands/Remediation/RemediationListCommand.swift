// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Terminal
import Vocabulary

struct RemediationListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows how repair stands with each domain that anything happened to.",
        discussion: "Asks the agent at --url. Exits with 4 when no agent answers.")

    @OptionGroup var agent: AgentOptions
    @Option(help: "Only domains of this connection.") var host: String?
    @Option(help: "table, json or csv.") var output = OutputForm.table

    func run() async throws {
        let parameters = host.map { [("host", $0)] } ?? []
        let report = try await AgentClient(agent).get(RemediationReport.self, "/api/v1/remediation", parameters)
        let names = ["HOST", "NAME", "PHASE", "CAUSE", "POLICY", "ATTEMPTS", "LAST", "REASON"]
        let rows = report.domains.map { one in
            [
                one.host, one.name, one.phase, one.cause ?? one.last?.cause ?? "", one.policy ?? one.last?.policy ?? "",
                one.limit.map { "\(one.attempts)/\($0)" } ?? "\(one.attempts)", one.last?.outcome ?? "",
                one.last?.reason ?? "",
            ]
        }
        switch output {
        case .table: RemediationTable.show(names, rows)
        case .json: for one in report.domains { Output.say(JSONLine.text(one)) }
        case .csv: RemediationTable.showCSV(names, rows)
        }
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
