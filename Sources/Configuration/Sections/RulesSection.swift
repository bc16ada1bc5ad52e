// SPDX-License-Identifier: Apache-2.0
public import Alerting
import Files
public import PromQL
import YAML

/// `rule_files`: Prometheus's rule files, read and checked with the configuration; `rules`: what is asked of all of them.
enum RulesSection: Section {
    static func read(_ reader: inout MappingReader, into settings: inout Settings) {
        let problems = reader.problems
        var reach = RuleFile.furthestReach
        if var section = reader.mapping("rules") {
            reach = section.duration("max_reach", in: RuleFile.reaches) ?? reach
            section.end()
        }
        var seen: Set<String> = []
        for item in reader.items("rule_files") ?? [] {
            guard let pattern = item.node.text, pattern.hasPrefix("/") else {
                problems.add("\(item.path): expected an absolute path or pattern of paths", at: item.node)
                continue
            }
            let paths = FilePattern.paths(pattern)
            // A pattern may match nothing yet; a file that is named must be there.
            if paths.isEmpty, !pattern.contains(where: { "*?[".contains($0) }) {
                problems.add("\(item.path): there is no file \(pattern)", at: item.node)
            }
            for path in paths where seen.insert(path).inserted {
                switch RuleFile.load(path, as: settings.promql.dialect, reach: reach) {
                case .success(let groups): settings.ruleGroups += groups
                case .failure(let found): for problem in found.problems { problems.add(problem) }
                }
            }
        }
    }
}

extension RuleFile {
    /// The groups of the file `path`, or everything that is wrong with it.
    public static func load(
        _ path: String, as dialect: Dialect = .default, reach: Duration = furthestReach
    ) -> Result<[RuleGroup], RuleProblems> {
        do throws(TextFileError) {
            return parse(
                try TextFile.read(path, limit: YAMLNode.longestText), path: path, as: dialect, reach: reach)
        } catch {
            return .failure(RuleProblems([Problem(path: path, message: error.description)]))
        }
    }
}

extension UnitTestFile {
    /// The tests of the file `path`, or everything that is wrong with it.
    public static func load(_ path: String) -> Result<UnitTestFile, RuleProblems> {
        do throws(TextFileError) {
            return parse(try TextFile.read(path, limit: YAMLNode.longestText), path: path)
        } catch {
            return .failure(RuleProblems([Problem(path: path, message: error.description)]))
        }
    }
}
