// SPDX-License-Identifier: Apache-2.0
public import PromQL
import Vocabulary
public import YAML

/// What is wrong with a rule file, all of it.
public struct RuleProblems: Error, Sendable, CustomStringConvertible {
    public let problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Reads rule files in Prometheus's format, as strictly as promtool does.
public enum RuleFile {
    /// A rule that reads further back is refused: the store is memory.
    public static let furthestReach = Duration.seconds(86_400)

    /// What may be set instead.
    public static let reaches: ClosedRange<Duration> = .seconds(1) ... .seconds(30 * 86_400)

    /// The groups of a file's `text`, or everything that is wrong with it.
    public static func parse(
        _ text: String, path: String, as dialect: Dialect = .default, reach: Duration = furthestReach
    ) -> Result<[RuleGroup], RuleProblems> {
        let problems = ProblemList(path: path)
        var groups: [RuleGroup] = []
        do throws(Problem) {
            if let root = try YAMLNode.parse(text, path: path, allowsAliases: true), !root.isNull,
                var reader = MappingReader(root, problems)
            {
                groups = readGroups(&reader, Language(dialect: dialect, reach: reach, offset: .zero))
                reader.end()
            }
        } catch {
            problems.add(error)
        }
        return problems.problems.isEmpty ? .success(groups) : .failure(RuleProblems(problems.problems))
    }

    /// How expressions are read, and how far back they may look.
    private struct Language {
        let dialect: Dialect
        let reach: Duration
        /// The group's.
        var offset: Duration

        /// How far back `query` looks, where that is further than it may.
        func excess(of query: Query) -> Duration? {
            let whole = query.reach + offset
            return whole > reach ? whole : nil
        }
    }

    private static func readGroups(_ reader: inout MappingReader, _ language: Language) -> [RuleGroup] {
        var names: Set<String> = []
        return (reader.mappings("groups") ?? []).compactMap { group in
            var group = group
            let name = group.required("name")
            if let name, !names.insert(name).inserted {
                group.complain("name", "a group called \"\(name)\" is there twice in this file")
            }
            // As in Prometheus, 0 is as good as none.
            let interval = group.duration("interval").flatMap { $0 > .zero ? $0 : nil }
            var language = language
            language.offset = group.duration("query_offset") ?? .zero
            let limit = group.int("limit", in: 0...Int.max)
            // As in Prometheus 3, a template for the alerts among the rules.
            let common = labels(&group, "labels", isTemplate: true, language)
            let rules = (group.mappings("rules") ?? []).compactMap { one in
                var one = one
                let rule = rule(&one, common, language)
                one.end()
                return rule
            }
            group.end()
            return RuleGroup(
                file: reader.problems.path, name: name ?? "", interval: interval, queryOffset: language.offset,
                limit: limit ?? 0, rules: rules)
        }
    }

    private static func rule(
        _ reader: inout MappingReader, _ common: [(String, Template)], _ language: Language
    ) -> Rule? {
        let record = reader.string("record").flatMap { $0.isEmpty ? nil : $0 }
        let alert = reader.string("alert")
        let expression = reader.required("expr")
        let hold = reader.duration("for")
        let keepFiring = reader.duration("keep_firing_for")
        let own = labels(&reader, "labels", isTemplate: alert != nil, language)
        let annotations = labels(&reader, "annotations", isTemplate: true, language)
        if let record {
            if alert != nil { reader.complain("alert", "a rule has either record or alert, not both") }
            if let hold, hold > .zero { reader.complain("for", "is for alerts, not for recorded series") }
            if let keepFiring, keepFiring > .zero {
                reader.complain("keep_firing_for", "is for alerts, not for recorded series")
            }
            if !annotations.isEmpty { reader.complain("annotations", "are for alerts, not for recorded series") }
            if !record.isMetricName { reader.complain("record", "\"\(record.prefix(80))\" is no name of a metric") }
        } else if alert?.isEmpty != false {
            reader.problems.add("\(reader.name): a rule needs record or alert", at: reader.node)
        }
        let query = expression.flatMap { self.query($0, &reader, language) }
        guard let name = record ?? alert, let query else { return nil }
        let common = record == nil ? common : common.map { ($0, Template(plain: $1.text)) }
        return Rule(
            kind: record == nil ? .alert : .record, name: name, query: query, hold: hold ?? .zero,
            keepFiring: keepFiring ?? .zero, labels: common + own, annotations: annotations,
            dialect: language.dialect)
    }

    private static func query(_ text: String, _ reader: inout MappingReader, _ language: Language) -> Query? {
        do throws(QueryError) {
            let query = try Query(parsing: text, as: language.dialect)
            if let reach = language.excess(of: query) {
                reader.complain(
                    "expr",
                    "reads \(DurationText.format(reach)) back, further than the \(DurationText.format(language.reach)) "
                        + "that are kept; evaluate it in Prometheus, or raise rules.max_reach")
                return nil
            }
            guard !query.readsFixedTime else {
                reader.complain(
                    "expr",
                    "reads at a time that @ fixes, of which nothing is kept after a while; write an offset instead")
                return nil
            }
            return query
        } catch {
            reader.complain("expr", "\(error)")
            return nil
        }
    }

    private static func labels(
        _ reader: inout MappingReader, _ key: String, isTemplate: Bool, _ language: Language
    ) -> [(name: String, value: Template)] {
        let path = reader.path(key)
        let problems = reader.problems
        return (reader.texts(key) ?? []).compactMap { entry in
            guard entry.name.isLabelName, entry.name != Labels.metricName || key == "annotations" else {
                problems.add("\(path): \"\(entry.name.prefix(80))\" is no name of a label", at: entry.key)
                return nil
            }
            do throws(TemplateError) {
                let template = try isTemplate ? Template(parsing: entry.text) : Template(plain: entry.text)
                if template.queries(as: language.dialect)?.contains(where: { language.excess(of: $0) != nil }) == true {
                    let kept = DurationText.format(language.reach)
                    problems.add(
                        "\(path).\(entry.name): its query reads back further than the \(kept) that are kept",
                        at: entry.value)
                }
                return (entry.name, template)
            } catch {
                problems.add("\(path).\(entry.name): \(error)", at: entry.value)
                return nil
            }
        }
    }
}

extension MappingReader {
    mutating func duration(_ key: String) -> Duration? {
        value(key, expected: "a duration such as 30s or 1h30m", DurationText.parse)
    }
}

extension String {
    /// Letters, digits and `_`, not beginning with a digit.
    var isLabelName: Bool { isName(with: []) }

    /// As a label's name, with `:`.
    var isMetricName: Bool { isName(with: [UInt8(ascii: ":")]) }

    private func isName(with more: [UInt8]) -> Bool {
        guard let first = utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_") || more.contains(byte)
        }
    }
}
