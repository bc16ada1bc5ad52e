// SPDX-License-Identifier: Apache-2.0
import Alerting
import ArgumentParser
import Configuration
import Notifying
import Remediation
import Vocabulary

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks files and says everything that is wrong with them.",
        subcommands: [CheckConfigCommand.self, CheckRulesCommand.self, CheckReceiversCommand.self])
}

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Checks a configuration file and the rule files that it names.",
        discussion: """
            Runs the same code as serve. Exits with 1 when something is wrong.

            Examples:
              virtwarden check config /etc/virtwarden/config.yml
            """)

    @Argument(help: "The configuration file.") var file: String

    func run() throws {
        switch ConfigurationFile.load(file) {
        case .success(let settings):
            let rules = settings.ruleGroups.reduce(0) { $0 + $1.rules.count }
            Output.say(
                "\(file): ok: \(settings.connections.count) connections, \(rules) rules, "
                    + "\(settings.notifying.receivers.count) receivers, \(Self.alertmanagers(of: settings)), "
                    + "remediation \(settings.remediation.mode.rawValue)")
        case .failure(let problems): throw CommandFailure(status: .wrong, sentence: problems.description)
        }
    }

    private static func alertmanagers(of settings: Settings) -> String {
        let names = settings.alertmanagers.targets.map(\.name)
        return "\(names.count) Alertmanagers" + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
    }
}

struct CheckRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Checks Prometheus rule files.",
        discussion: """
            Exits with 1 when something is wrong. What an agent is told of rules in its configuration (promql, \
            rules.max_reach) is told here with options.

            Examples:
              virtwarden check rules /etc/virtwarden/rules/*.yml
              virtwarden check rules --max-reach 7d --experimental rules.yml
            """)

    @OptionGroup var options: DialectOptions
    @Option(help: "How far back a rule may read.") var maxReach = "1d"

    @Argument(help: "The rule files.") var files: [String]

    private var reach: Duration? { DurationText.parse(maxReach).flatMap { RuleFile.reaches.contains($0) ? $0 : nil } }

    func validate() throws {
        guard reach == nil else { return }
        throw ValidationError("--max-reach: \"\(maxReach)\" is no duration from 1s to 30d")
    }

    func run() throws {
        var wrong: [String] = []
        for file in files {
            switch RuleFile.load(file, as: options.dialect, reach: reach ?? RuleFile.furthestReach) {
            case .success(let groups):
                Output.say("\(file): ok: \(groups.reduce(0) { $0 + $1.rules.count }) rules")
                for warning in RuleFile.duplicates(in: groups) { Output.complain("\(file): warning: \(warning)") }
            case .failure(let problems): wrong.append(problems.description)
            }
        }
        if !wrong.isEmpty { throw CommandFailure(status: .wrong, sentence: wrong.joined(separator: "\n")) }
    }
}
