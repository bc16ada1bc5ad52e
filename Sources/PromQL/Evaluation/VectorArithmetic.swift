// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Operators on vectors: with a scalar, as sets, and between series that match.
enum VectorArithmetic {
    /// The value of one pair, or nil when a comparison filters it out; `kept` is what a comparison keeps.
    private static func value(_ binary: Node.Binary, _ left: Double, _ right: Double, kept: Double) -> Double? {
        let result = binary.operation.apply(left, right)
        guard binary.operation.isComparison, !binary.returnsBool else { return result }
        return result == 1 ? kept : nil
    }

    private static func keepsName(_ binary: Node.Binary) -> Bool {
        binary.operation.isComparison && !binary.returnsBool
    }

    /// Each sample with `number`; `isLeft` when the vector stands on the left.
    static func combine(_ samples: [Sample], _ number: Double, isLeft: Bool, _ binary: Node.Binary) -> [Sample] {
        samples.compactMap { sample in
            let left = isLeft ? sample.value : number
            let right = isLeft ? number : sample.value
            guard let value = value(binary, left, right, kept: sample.value) else { return nil }
            return Sample(labels: keepsName(binary) ? sample.labels : sample.labels.withoutName, value: value)
        }
    }

    /// `and`, `or`, `unless`.
    static func set(_ left: [Sample], _ right: [Sample], _ binary: Node.Binary) -> [Sample] {
        let matching = binary.matching
        switch binary.operation {
        case .or:
            let keys = Set(left.map { matching.key(of: $0.labels) })
            return left + right.filter { !keys.contains(matching.key(of: $0.labels)) }
        default:
            let keys = Set(right.map { matching.key(of: $0.labels) })
            let wanted = binary.operation == .and
            return left.filter { keys.contains(matching.key(of: $0.labels)) == wanted }
        }
    }

    /// Series of both sides whose matching labels are the same; at least one side has one of each only.
    static func match(
        _ left: [Sample], _ right: [Sample], _ binary: Node.Binary, at offset: Int
    ) throws(Fault) -> [Sample] {
        let matching = binary.matching
        let isSwapped = matching.cardinality == .oneToMany
        let many = isSwapped ? right : left
        let one = try unique(isSwapped ? left : right, matching, isSwapped ? "left" : "right", at: offset)
        var matched: Set<Labels> = []
        var results: [Sample] = []
        for sample in many {
            let key = matching.key(of: sample.labels)
            guard let partner = one[key] else { continue }
            let (first, second) = isSwapped ? (partner.value, sample.value) : (sample.value, partner.value)
            guard let value = value(binary, first, second, kept: first) else { continue }
            let labels = labels(of: sample.labels, partner.labels, binary)
            let isNew = matched.insert(matching.cardinality == .oneToOne ? key : labels).inserted
            guard isNew else {
                throw Fault(
                    matching.cardinality == .oneToOne
                        ? "several series on the left match the labels \(key); say group_left or group_right"
                        : "several results have the labels \(labels); the grouping must keep them apart", at: offset)
            }
            results.append(Sample(labels: labels, value: value))
        }
        return results
    }

    private static func unique(
        _ samples: [Sample], _ matching: VectorMatching, _ side: String, at offset: Int
    ) throws(Fault) -> [Labels: Sample] {
        var found: [Labels: Sample] = [:]
        for sample in samples {
            let key = matching.key(of: sample.labels)
            if let other = found.updateValue(sample, forKey: key) {
                throw Fault(
                    "many-to-many matching: on the \(side), \(other.labels) and \(sample.labels) both match \(key)",
                    at: offset)
            }
        }
        return found
    }

    private static func labels(of many: Labels, _ one: Labels, _ binary: Node.Binary) -> Labels {
        let matching = binary.matching
        var result = keepsName(binary) ? many : many.withoutName
        if matching.cardinality == .oneToOne {
            result = matching.isOn ? result.keeping(matching.labels) : result.removing(matching.labels)
        }
        for name in matching.include { result = result.setting(name, to: one[name] ?? "") }
        return result
    }
}
