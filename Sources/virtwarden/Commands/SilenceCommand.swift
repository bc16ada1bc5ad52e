// SPDX-License-Identifier: Apache-2.0
import Alerting
import ArgumentParser
import Terminal
import Vocabulary

struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence", abstract: "Silences alerts of a running agent for a while.",
        discussion: """
            A silenced alert is told to nobody, and starts no repair. A silence whose matchers pass a domain's own labels \
            (domain, host, uuid) holds every repair of it. Alertmanager's amtool does the same against the agent.
            """, subcommands: [Add.self, List.self, Expire.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a silence, and prints its id.",
            discussion: """
                Examples:
                  virtwarden silence add alertname=DomainHung domain=~'web-.*' --for 2h --comment 'new kernel'
                """)

        @Argument(help: "Alertmanager's matchers, all of which an alert must pass.") var matchers: [String]
        @OptionGroup var wish: SilenceWish
        @OptionGroup var agent: AgentOptions

        func run() async throws {
            let record: SilenceRecord
            do throws(MatcherError) {
                let matchers = try AlertMatchers(parsing: matchers).all
                let end = wish.end()
                record = SilenceRecord(
                    matchers: matchers, endsAt: end, createdBy: wish.who, comment: wish.comment)
            } catch {
                throw ValidationError("\(error)")
            }
            let taken = try await AgentClient(agent).alertmanager(SilenceTaken.self, "/api/v2/silences", record)
            wish.show(taken)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the silences that are not over.")

        @Flag(help: "Those that are over, too.") var all = false
        @OptionGroup var agent: AgentOptions
        @Option(help: "table, json or csv.") var output = OutputForm.table

        func run() async throws {
            let silences = try await AgentClient(agent).alertmanager([SilenceRecord].self, "/api/v2/silences")
            let rows = silences.filter { all || $0.status?.state != .expired }
            RecordList(["ID", "STATE", "ENDS", "AUTHOR", "MATCHERS", "COMMENT"], output).show(rows) { record in
                let matchers = record.matchers.map {
                    "\($0.name)\($0.matcher.operation.rawValue)\"\($0.value.escapedForLabel)\""
                }
                return [
                    record.id ?? "", record.status?.state.rawValue ?? "", record.endsAt, record.createdBy,
                    matchers.joined(separator: ","), record.comment,
                ]
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends silences now.")

        @Argument(help: "Their ids, as list shows them.") var ids: [String]
        @OptionGroup var agent: AgentOptions

        func run() async throws {
            let client = AgentClient(agent)
            for id in ids { try await client.deleteAlertmanager("/api/v2/silence/\(id.asQuery)") }
        }
    }
}
