// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Of the right side of `and` and `unless`, only those series matter that have a partner on the left: of a long range,
/// which costs, others need not be read.
extension Evaluator {
    /// What `evaluate` gives while only series in the groups of `left` (all, when nil) are read.
    mutating func narrowed(
        to left: PartValue?, _ matching: VectorMatching,
        _ evaluate: (inout Evaluator) throws(Fault) -> PartValue
    ) throws(Fault) -> PartValue {
        guard case .vector(let grid) = left else { return try evaluate(&self) }
        var groups = LabelGroups(matching)
        for row in grid.labels.indices { _ = groups.group(of: grid.labels[row], isNameless: grid.isNameless[row]) }
        needed = groups
        defer { needed = nil }
        return try evaluate(&self)
    }

    func narrowed(_ selection: SeriesSelection) -> SeriesSelection {
        guard let needed else { return selection }
        var narrowed = selection
        narrowed.isNeeded = { needed.existing($0, isNameless: false) != nil }
        return narrowed
    }
}

extension Node.Binary {
    /// Whether the right side may be read in part: what it gives of one series depends on no other one, and series that
    /// are not read could be no reason for an error or a remark.
    var canNarrow: Bool {
        guard operation == .and || operation == .unless, !matching.labels.contains(Labels.metricName) else {
            return false
        }
        return right.isOfEachSeries
    }
}

extension Node {
    /// A function of one range, of series with one name, within parentheses and comparisons with numbers.
    fileprivate var isOfEachSeries: Bool {
        switch kind {
        case .parentheses(let inner), .plus(let inner): inner.isOfEachSeries
        case .binary(let binary):
            binary.operation.isComparison
                && (binary.left.isNumber && binary.right.isOfEachSeries
                    || binary.right.isNumber && binary.left.isOfEachSeries)
        case .call(let call):
            call.function.isWithoutRemarks
                && call.arguments.allSatisfy { $0.isNumber || $0.type == .matrix && $0.bare.isNamedRange }
        default: false
        }
    }

    private var isNumber: Bool {
        switch bare.kind {
        case .number: true
        case .plus(let inner), .negation(let inner): inner.isNumber
        default: false
        }
    }

    private var isNamedRange: Bool {
        if case .range(let selector, _) = kind { selector.metric != nil } else { false }
    }
}

extension Function {
    fileprivate var isWithoutRemarks: Bool {
        guard case .range = body else { return false }
        return refusal == nil && remarkOnNumbers == nil && remarkOnName == nil
    }
}
