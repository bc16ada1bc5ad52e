// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Folds the series of a vector into groups, step by step.
struct Aggregation {
    private let one: Node.Aggregation
    private let offset: Int
    private let version: Dialect.Version
    private let seesNames: Bool
    private let limits: Limits
    private var groups: LabelGroups

    init(_ one: Node.Aggregation, at offset: Int, _ dialect: Dialect, _ limits: Limits) {
        self.one = one
        self.offset = offset
        self.limits = limits
        version = dialect.version
        seesNames = dialect.isExperimental
        groups = LabelGroups(one.grouping, seesNames: seesNames)
    }

    mutating func fold(_ grid: Grid, _ parameter: PartValue?, _ notes: inout Notes) throws(Fault) -> Grid {
        let rowGroups = grid.labels.indices.map { groups.group(of: grid.labels[$0], isNameless: grid.isNameless[$0]) }
        var members: [[Int]] = Array(repeating: [], count: groups.count)
        for (row, group) in rowGroups.enumerated() { members[group].append(row) }
        let numbers = parameter?.scalars(grid.width) ?? []
        switch one.operation {
        case .countValues: return try countValues(grid, label: parameter?.string ?? "")
        case .topk, .bottomk, .limitk, .limitRatio:
            return try Selection(one.operation, limits, at: offset).pick(
                grid, members, numbers, &notes, one.parameter)
        case .quantile:
            // Of several numbers the furthest are named.
            let finite = numbers.filter { !$0.isNaN }
            let odd = [finite.max(), finite.min(), numbers.first { $0.isNaN }].compactMap { $0 }
            for number in odd where !(0...1 ~= number) {
                notes.add(.warning, Function.remarkOnQuantile(number), at: one.parameter?.start ?? offset)
            }
            return try folded(grid, members) { values, step in values.quantile(numbers[step]) }
        default:
            let operation = one.operation
            let version = version
            return try folded(grid, members) { values, _ in Self.number(values, operation, version) }
        }
    }

    /// One row a group: what `fold` makes of its values at each step.
    private func folded(
        _ grid: Grid, _ members: [[Int]], _ fold: ([Double], Int) -> Double
    ) throws(Fault) -> Grid {
        var result = Grid(width: grid.width, capacity: members.count)
        var values: [Double] = []
        for (group, rows) in members.enumerated() {
            try limits.checkTime(at: offset)
            let place = result.appendEmpty(groups.key(group), isNameless: rows.contains { grid.isNameless[$0] })
            for step in 0..<grid.width {
                values.removeAll(keepingCapacity: true)
                for row in rows where grid.isPresent(row, step) { values.append(grid[row, step]) }
                if !values.isEmpty { result[place, step] = fold(values, step) }
            }
        }
        return result
    }

    private static func number(_ values: [Double], _ operation: Aggregator, _ version: Dialect.Version) -> Double {
        switch operation {
        case .sum: version == .two ? values.dropFirst().reduce(values[0], +) : values.compensatedSum
        case .avg: version == .two ? values.plainRunningAverage : values.average
        case .min: values.smallest
        case .max: values.largest
        case .count: Double(values.count)
        case .group: 1
        case .stddev: variance(values, version).squareRoot()
        case .stdvar: variance(values, version)
        case .topk, .bottomk, .limitk, .limitRatio, .countValues, .quantile: .nan
        }
    }

    /// Prometheus 2 takes the first value as the mean, so that one alone has no variance even where it is infinite.
    private static func variance(_ values: [Double], _ version: Dialect.Version) -> Double {
        version == .two && values.count == 1 ? 0 : values.variance
    }

    private func countValues(_ grid: Grid, label: String) throws(Fault) -> Grid {
        guard !label.isEmpty, label.utf8.count <= 1024, version == .three || label.isPlainLabelName else {
            throw Fault("count_values needs the name of a label, not \"\(label.prefix(80))\"", at: offset)
        }
        var result = Grid(width: grid.width)
        var places: [Labels: Int] = [:]
        for row in grid.labels.indices {
            for step in 0..<grid.width where grid.isPresent(row, step) {
                // The new label is one of the group's, unless that is without it.
                let given = seesNames ? grid.labels[row] : grid.visible(row)
                let counted = given.setting(label, to: NumberText.plain(grid[row, step]))
                let names = one.grouping.labels
                let labels =
                    one.grouping.isWithout
                    ? counted.removing(names + [Labels.metricName]) : counted.keeping(names + [label])
                if places[labels] == nil {
                    try limits.checkSize(rows: result.count + 1, width: grid.width, at: offset)
                    try limits.checkTime(at: offset)
                }
                let place = places[labels] ?? result.appendEmpty(labels)
                places[labels] = place
                result[place, step] = result.isPresent(place, step) ? result[place, step] + 1 : 1
            }
        }
        return result
    }
}

extension String {
    /// Whether it is a label's name by Prometheus 2's rules: letters, digits and `_`.
    var isPlainLabelName: Bool {
        guard let first = utf8.first, !first.isDigit else { return false }
        return utf8.allSatisfy { $0.isNameStart || $0.isDigit }
    }
}
