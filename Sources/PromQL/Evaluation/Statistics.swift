// SPDX-License-Identifier: Apache-2.0

/// A sum with what rounding lost kept beside it (Neumaier).
struct CompensatedSum {
    private(set) var sum = 0.0
    private(set) var lost = 0.0

    mutating func add(_ value: Double) {
        let next = sum + value
        if next.isInfinite {
            lost = 0
        } else {
            lost += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
        }
        sum = next
    }

    mutating func scale(by factor: Double) {
        sum *= factor
        lost *= factor
    }

    var total: Double { sum.isInfinite ? sum : sum + lost }
}

extension Collection<Double> {
    var compensatedSum: Double {
        var sum = CompensatedSum()
        for value in self { sum.add(value) }
        return sum.total
    }

    /// The mean; where the sum overflows, the mean of what came before is moved by each value instead.
    var average: Double {
        var sum = CompensatedSum()
        var mean: CompensatedSum?
        var count = 0.0
        for value in self {
            count += 1
            if mean == nil {
                var next = sum
                next.add(value)
                if count == 1 || !next.sum.isInfinite {
                    sum = next
                    continue
                }
                mean = sum
                mean?.scale(by: 1 / (count - 1))
            }
            guard var moved = mean else { continue }
            if moved.sum.isInfinite {
                let isSame = value.isInfinite && (value > 0) == (moved.sum > 0)
                if isSame || value.isFinite { continue }
            }
            moved.scale(by: (count - 1) / count)
            moved.add(value / count)
            mean = moved
        }
        return mean?.total ?? sum.total / count
    }

    /// The mean moved by each value, as Prometheus 2 takes it over time: values far apart come out otherwise.
    var runningAverage: Double {
        var mean = CompensatedSum()
        var count = 0.0
        for value in self {
            count += 1
            if mean.sum.isInfinite {
                let isSame = value.isInfinite && (value > 0) == (mean.sum > 0)
                if isSame || value.isFinite { continue }
            }
            mean.add(value / count - mean.sum / count)
        }
        return mean.total
    }

    /// The mean moved by each value with nothing kept beside it, as Prometheus 2 takes it over series.
    var plainRunningAverage: Double {
        guard var mean = first else { return .nan }
        var count = 1.0
        for value in dropFirst() {
            count += 1
            if mean.isInfinite, value.isFinite || value == mean { continue }
            mean += value / count - mean / count
        }
        return mean
    }

    /// A number wins over what is none.
    var smallest: Double { reduce(.nan) { $1 < $0 || $0.isNaN ? $1 : $0 } }
    var largest: Double { reduce(.nan) { $1 > $0 || $0.isNaN ? $1 : $0 } }

    /// Of the whole population (Welford, compensated).
    var variance: Double {
        var mean = CompensatedSum()
        var squares = CompensatedSum()
        var count = 0.0
        for value in self {
            count += 1
            let delta = value - (mean.sum + mean.lost)
            mean.add(delta / count)
            squares.add(delta * (value - (mean.sum + mean.lost)))
        }
        return (squares.sum + squares.lost) / count
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
