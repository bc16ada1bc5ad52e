// SPDX-License-Identifier: Apache-2.0
import Alerting
import ArgumentParser
import Configuration
import Files
import PromQL
import YAML

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Tests rules against series that are written out.",
        subcommands: [TestRulesCommand.self])
}

struct TestRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Runs unit tests of rules, in promtool's format.",
        discussion: """
            Paths of rule files are relative to the test file, and may be patterns. Exits with 1 when a test fails or \
            a file cannot be read. Prometheus 2 counts a sample on the older edge of a range, Prometheus 3 and the \
            agent do not; --compat 2 makes a test give what promtool 2 gives.

            Examples:
              virtwarden test rules tests/*.yml
              virtwarden test rules --compat 2 tests/domains.yml
            """)

    @OptionGroup var options: DialectOptions

    @Argument(help: "The test files.") var files: [String]

    func run() throws {
        var wrong: [String] = []
        for file in files {
            switch failures(of: file) {
            case .success(let checks): Output.say("\(file): ok: \(checks) checks")
            case .failure(let failure): wrong.append(failure.sentence)
            }
        }
        if !wrong.isEmpty { throw CommandFailure(status: .wrong, sentence: wrong.joined(separator: "\n")) }
    }

    /// How many checks the file has, or what is wrong with it or with its rules.
    private func failures(of path: String) -> Result<Int, CommandFailure> {
        var dialect = options.dialect
        switch UnitTestFile.load(path) {
        case .failure(let problems): return .failure(CommandFailure(status: .wrong, sentence: problems.description))
        case .success(let tests):
            dialect.defaultStep = tests.interval
            let groups: [RuleGroup]
            switch rules(tests, path, dialect) {
            case .failure(let problems): return .failure(CommandFailure(status: .wrong, sentence: problems.description))
            case .success(let read): groups = read
            }
            let failures = tests.failures(of: groups, as: dialect)
            guard !failures.isEmpty else { return .success(tests.checks) }
            let lines = ["\(path): failed: - is expected, + is what the rules give"] + failures.map(\.description)
            return .failure(CommandFailure(status: .wrong, sentence: lines.joined(separator: "\n")))
        }
    }

    private func rules(
        _ tests: UnitTestFile, _ path: String, _ dialect: Dialect
    ) -> Result<[RuleGroup], RuleProblems> {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var groups: [RuleGroup] = []
        var problems: [Problem] = []
        for pattern in tests.ruleFiles {
            let paths = FilePattern.paths(pattern.hasPrefix("/") ? pattern : folder + pattern)
            if paths.isEmpty { Output.complain("\(path): warning: there is no rule file \(pattern)") }
            for file in paths {
                switch RuleFile.load(file, as: dialect, reach: UnitTestFile.reach) {
                case .success(let read): groups += read
                case .failure(let found): problems += found.problems
                }
            }
        }
        return problems.isEmpty ? .success(groups) : .failure(RuleProblems(problems))
    }
}
