// SPDX-License-Identifier: Apache-2.0

/// The buckets of one classic histogram, sorted by their upper bounds, their counts made to rise.
///
/// Source: Prometheus's documentation of `histogram_quantile` and `histogram_fraction`.
struct Buckets {
    private var bounds: [Double] = []
    private var counts: [Double] = []
    /// Whether a count fell by more than rounding explains.
    private(set) var wasForced = false

    /// Counts that differ by no more than this share of their sum are the same.
    private static let tolerance = 1e-12

    /// Buckets with one bound are one bucket.
    ///
    /// - Parameter mustRise: whether counts that fall are made to rise.
    init(_ buckets: [(bound: Double, count: Double)], mustRise: Bool) {
        for bucket in buckets.sorted(by: { $0.bound < $1.bound || $1.bound.isNaN && !$0.bound.isNaN }) {
            if bounds.last == bucket.bound {
                counts[counts.count - 1] += bucket.count
            } else {
                bounds.append(bucket.bound)
                counts.append(bucket.count)
            }
        }
        guard mustRise, bounds.last == .infinity else { return }
        for index in counts.indices.dropFirst() {
            let (before, count) = (counts[index - 1], counts[index])
            if Self.areAlike(before, count) {
                counts[index] = before
            } else if count < before {
                counts[index] = before
                wasForced = true
            }
        }
    }

    private static func areAlike(_ left: Double, _ right: Double) -> Bool {
        if left == right { return true }
        guard left != 0, right != 0 else { return false }
        return (left - right).magnitude / min(left.magnitude + right.magnitude, .greatestFiniteMagnitude) < tolerance
    }

    private var isComplete: Bool { bounds.last == .infinity }
    private var total: Double { counts.last ?? 0 }

    func quantile(_ share: Double) -> Double {
        guard !share.isNaN else { return .nan }
        if share < 0 { return -.infinity }
        if share > 1 { return .infinity }
        guard isComplete, bounds.count > 1, total != 0 else { return .nan }
        var rank = share * total
        let place = firstPlace(reaching: rank)
        if place == counts.count - 1 { return bounds[place - 1] }
        if place == 0, bounds[0] <= 0 { return bounds[0] }
        var start = 0.0
        var count = counts[place]
        if place > 0 {
            start = bounds[place - 1]
            count -= counts[place - 1]
            rank -= counts[place - 1]
        }
        return start + (bounds[place] - start) * (rank / count)
    }

    /// Of the buckets but the last, the first whose count reaches `rank`; the last otherwise.
    private func firstPlace(reaching rank: Double) -> Int {
        var (low, high) = (0, counts.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if counts[middle] >= rank { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func fraction(_ low: Double, _ high: Double) -> Double {
        guard !low.isNaN, !high.isNaN, isComplete, total != 0, !total.isNaN else { return .nan }
        guard low < high else { return 0 }
        return (rank(of: high) - rank(of: low)) / total
    }

    /// How many observations are at or below `value`.
    private func rank(of value: Double) -> Double {
        var before = 0.0
        for (index, bound) in bounds.enumerated() {
            let start = index > 0 ? bounds[index - 1] : bound > 0 ? 0 : -.infinity
            if value <= start { return before }
            if value < bound {
                // A bucket without an end on one side gives no place to a value within it.
                guard start.isFinite, bound.isFinite else { return start.isFinite ? before : counts[index] }
                return before + (counts[index] - before) * (value - start) / (bound - start)
            }
            before = counts[index]
        }
        return total
    }
}
