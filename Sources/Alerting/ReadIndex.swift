// SPDX-License-Identifier: Apache-2.0
import PromQL
public import Vocabulary

/// Which groups read a series, found by its name first: conditions are asked of those selectors only that name it.
public struct ReadIndex: Sendable {
    private struct Reader {
        let group: Int
        let query: Query
    }

    /// Of more series at once, only the names are looked at: a group that is evaluated in vain costs less than to ask.
    private static let mostAsked = 1000

    private var byName: [String: [Reader]] = [:]
    /// Rules with a selector that names no metric.
    private var nameless: [Reader] = []

    public init(_ groups: [RuleGroup]) {
        for (index, group) in groups.enumerated() {
            for rule in group.rules {
                let reader = Reader(group: index, query: rule.query)
                guard let names = rule.query.metricNames else {
                    nameless.append(reader)
                    continue
                }
                for name in names { byName[name, default: []].append(reader) }
            }
        }
    }

    /// The places of the groups that read one of `series`, in order.
    public func groups(reading series: [Labels]) -> [Int] {
        var found: Set<Int> = []
        let asks = series.count <= Self.mostAsked
        for labels in asks ? series : Self.onePerName(series) {
            for reader in (byName[labels.name ?? ""] ?? []) + nameless where !found.contains(reader.group) {
                if !asks || reader.query.reads(labels) { found.insert(reader.group) }
            }
        }
        return found.sorted()
    }

    private static func onePerName(_ series: [Labels]) -> [Labels] {
        Array(Dictionary(series.map { ($0.name ?? "", $0) }) { first, _ in first }.values)
    }
}
