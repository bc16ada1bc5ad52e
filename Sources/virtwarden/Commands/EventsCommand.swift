// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Terminal
import Vocabulary

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Shows the newest events that a running agent has heard.",
        discussion: """
            Asks the agent at --url, and prints the oldest first. With --follow it goes on with each new one until it is \
            interrupted. Exits with 4 when no agent answers.

            Examples:
              virtwarden events --name web-1 --limit 20
              virtwarden events --follow --output json
            """)

    @OptionGroup var agent: AgentOptions
    @Option(help: "Only events of the object of this name.") var name: String?
    @Option(help: "Only events of this connection.") var host: String?
    @Option(help: "Only events of this kind, as lifecycle or watchdog.") var kind: String?
    @Option(help: "How many, at most.") var limit = 100
    @Flag(help: "Go on with each new event.") var follow = false
    @Option(help: "table, json or csv.") var output = OutputForm.table

    func validate() throws {
        guard EventQuery.limits.contains(limit) else {
            throw ValidationError("--limit: \(limit) is not from 1 to \(EventQuery.limits.upperBound)")
        }
    }

    func run() async throws {
        let client = AgentClient(agent)
        var page = try await client.get(EventPage.self, "/api/v1/events", parameters(after: nil))
        show(page.events, isFirst: true)
        while follow {
            try await Task.sleep(for: .seconds(1))
            page = try await client.get(EventPage.self, "/api/v1/events", parameters(after: page.last))
            if page.lost > 0 { Output.complain("\(page.lost) events came too fast to be shown") }
            show(page.events, isFirst: false)
        }
    }

    private func parameters(after: UInt64?) -> [(String, String)] {
        let filters = [("name", name), ("host", host), ("kind", kind), ("after", after.map { "\($0)" })]
        return [("limit", "\(limit)")] + filters.compactMap { key, value in value.map { (key, $0) } }
    }

    private func show(_ events: [EventRecord], isFirst: Bool) {
        switch output {
        case .table:
            var table = TextTable(["TIME", "HOST", "OBJECT", "NAME", "KIND", "DETAIL", "NOTE"])
            for event in events {
                table.add([
                    event.time, event.host, event.object, event.name, event.kind, event.detail, event.note,
                ])
            }
            for line in isFirst ? table.lines : Array(table.lines.dropFirst()) { Output.say(line) }
        case .json:
            for event in events { Output.say(JSONLine.text(event)) }
        case .csv:
            if isFirst { Output.say("id,time,host,object,name,uuid,kind,detail,note") }
            for event in events {
                let cells = [
                    "\(event.id)", event.time, event.host, event.object, event.name, event.uuid, event.kind,
                    event.detail, event.note,
                ]
                Output.say(CSVLine.text(cells))
            }
        }
    }
}
