// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Folds the series of a vector into groups.
enum Aggregation {
    static func fold(
        _ samples: [Sample], _ one: Node.Aggregation, _ parameter: PartValue?, at offset: Int
    ) throws(Fault) -> [Sample] {
        switch one.operation {
        case .countValues: return try countValues(samples, one.grouping, label: parameter?.string ?? "", at: offset)
        case .topk, .bottomk:
            let wanted = parameter?.scalar ?? .nan
            guard wanted == wanted, wanted.magnitude < 1e9 else {
                throw Fault(
                    "\(one.operation.rawValue) needs a number of series, not \(NumberText.format(wanted))", at: offset)
            }
            return groups(samples, one.grouping).flatMap { group in
                ranked(group.samples, descending: one.operation == .topk).prefix(max(0, Int(wanted)))
            }
        default:
            return groups(samples, one.grouping).map { group in
                let values = group.samples.map(\.value)
                return Sample(labels: group.key, value: number(values, one.operation, parameter?.scalar ?? .nan))
            }
        }
    }

    private static func groups(
        _ samples: [Sample], _ grouping: Grouping
    ) -> [(key: Labels, samples: [Sample])] {
        var order: [(key: Labels, samples: [Sample])] = []
        var places: [Labels: Int] = [:]
        for sample in samples {
            let key = grouping.key(of: sample.labels)
            if let place = places[key] {
                order[place].samples.append(sample)
            } else {
                places[key] = order.count
                order.append((key, [sample]))
            }
        }
        return order
    }

    /// By value; what is no number comes last either way.
    private static func ranked(_ samples: [Sample], descending: Bool) -> [Sample] {
        samples.sorted { left, right in
            if left.value.isNaN || right.value.isNaN { return !left.value.isNaN }
            return descending ? left.value > right.value : left.value < right.value
        }
    }

    private static func number(_ values: [Double], _ operation: Aggregator, _ parameter: Double) -> Double {
        switch operation {
        case .sum: values.compensatedSum
        case .avg: values.average
        case .min: values.smallest
        case .max: values.largest
        case .count: Double(values.count)
        case .group: 1
        case .stddev: values.variance.squareRoot()
        case .stdvar: values.variance
        case .quantile: values.quantile(parameter)
        case .topk, .bottomk, .countValues: .nan
        }
    }

    private static func countValues(
        _ samples: [Sample], _ grouping: Grouping, label: String, at offset: Int
    ) throws(Fault) -> [Sample] {
        guard !label.isEmpty, label.utf8.count <= 1024 else {
            throw Fault("count_values needs the name of a label", at: offset)
        }
        var order: [Labels] = []
        var counts: [Labels: Double] = [:]
        for sample in samples {
            let key = grouping.key(of: sample.labels).setting(label, to: NumberText.plain(sample.value))
            if counts[key] == nil { order.append(key) }
            counts[key, default: 0] += 1
        }
        return order.map { Sample(labels: $0, value: counts[$0] ?? 0) }
    }
}

extension Collection<Double> {
    /// The sum with what rounding lost added at the end (Neumaier).
    var compensatedSum: Double {
        var sum = 0.0
        var lost = 0.0
        for value in self {
            let next = sum + value
            if next.isInfinite {
                lost = 0
            } else {
                lost += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
            }
            sum = next
        }
        return sum + lost
    }

    /// The mean; where the sum overflows, the mean of the parts.
    var average: Double {
        let sum = compensatedSum
        guard sum.isInfinite, allSatisfy(\.isFinite) else { return sum / Double(count) }
        return map { $0 / Double(count) }.compensatedSum
    }

    /// A number wins over what is none.
    var smallest: Double { reduce(.nan) { $1 < $0 || $0.isNaN ? $1 : $0 } }
    var largest: Double { reduce(.nan) { $1 > $0 || $0.isNaN ? $1 : $0 } }

    /// Of the whole population (Welford).
    var variance: Double {
        var mean = 0.0
        var squares = 0.0
        for (index, value) in enumerated() {
            let delta = value - mean
            mean += delta / Double(index + 1)
            squares += delta * (value - mean)
        }
        return squares / Double(count)
    }

    /// The value below which the share `share` lies, between neighbours by their distance; infinite outside 0...1.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty, !share.isNaN else { return .nan }
        if share < 0 { return -.infinity }
        if share > 1 { return .infinity }
        let sorted = self.sorted { $0.isNaN ? !$1.isNaN : $0 < $1 }
        let rank = share * Double(sorted.count - 1)
        let lower = Int(rank.rounded(.down))
        let upper = Swift.min(lower + 1, sorted.count - 1)
        let weight = rank - Double(lower)
        return sorted[lower] * (1 - weight) + sorted[upper] * weight
    }
}
