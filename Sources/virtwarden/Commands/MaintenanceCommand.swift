// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Terminal
import Vocabulary

struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Keeps a running agent from repairing domains for a while.",
        discussion: """
            A domain under maintenance is not repaired, and no alert of it is told. What it needs when the maintenance is \
            over is done then.
            """, subcommands: [Add.self, List.self, Expire.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begins a maintenance, and prints its id.",
            discussion: """
                Examples:
                  virtwarden maintenance add 'web-*' --for 2h --comment 'new disks'
                  virtwarden maintenance add '/db-[0-9]+/' --host node-1 --for 30m --comment 'failover test'
                  virtwarden maintenance add --all --for 1h --comment 'kernel update of the host'
                """)

        @Argument(help: "Names of domains: with * and ?, or as /REGEX/.") var domains: [String] = []
        @Option(help: "Only those of this connection: with * and ?, or as /REGEX/; may be repeated.")
        var host: [String] = []
        @Flag(help: "All domains, and what concerns the host itself.") var all = false
        @OptionGroup var wish: SilenceWish
        @OptionGroup var agent: AgentOptions

        func validate() throws {
            guard all == domains.isEmpty else { throw ValidationError("name domains, or give --all, and not both") }
        }

        func run() async throws {
            let record = MaintenanceRecord(
                domains: domains, hosts: host, duration: wish.duration, author: wish.who, comment: wish.comment)
            wish.show(try await AgentClient(agent).post(SilenceTaken.self, "/api/v1/maintenance", record))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the maintenances that are not over.")

        @Flag(help: "Those that are over, too.") var all = false
        @OptionGroup var agent: AgentOptions
        @Option(help: "table, json or csv.") var output = OutputForm.table

        func run() async throws {
            let records = try await AgentClient(agent).get([MaintenanceRecord].self, "/api/v1/maintenance", [])
            let rows = records.filter { all || $0.state != .expired }
            RecordList(["ID", "STATE", "ENDS", "AUTHOR", "DOMAINS", "HOSTS", "COMMENT"], output).show(rows) { record in
                let domains = record.all == true ? ["(all)"] : record.domains ?? []
                return [
                    record.id ?? "", record.state?.rawValue ?? "", record.endsAt ?? "", record.author,
                    domains.joined(separator: " "), (record.hosts ?? []).joined(separator: " "), record.comment,
                ]
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends maintenances now.")

        @Argument(help: "Their ids, as list shows them.") var ids: [String]
        @OptionGroup var agent: AgentOptions

        func run() async throws {
            let client = AgentClient(agent)
            for id in ids {
                try await client.delete(MaintenanceRecord.self, "/api/v1/maintenance/\(id.asQuery)")
            }
        }
    }
}
