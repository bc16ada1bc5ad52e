// SPDX-License-Identifier: Apache-2.0

/// How the values of one series go on from one round, of ten seconds, to the next.
enum Course {
    case constant(Double)
    /// One value up to a round, another from it on.
    case step(Double, Double, at: Int)
    /// A counter of nanoseconds, shown in seconds: about so many a second.
    case seconds(Double)
    /// A counter that rises by about so many a second, in whole units.
    case count(Double, unit: Double = 1)
    /// A gauge that wanders to and fro, in whole units.
    case wander(ClosedRange<Double>, unit: Double = 1)
    /// 1 less the quotient of two whole numbers, which wanders in these bounds.
    case share(ClosedRange<Double>)
    /// It falls by so many a second, in whole units.
    case fall(from: Double, Double)
    /// When the round was, less so many seconds.
    case clock(Double)
}

/// Numbers by chance, the same in each run (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From 0 to 1.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// One series on its course.
struct Walk {
    private static let interval = 10.0
    /// What the guests see of memory, in KiB.
    private static let whole = 4_030_464.0

    private let course: Course
    private var state: Double

    init(_ course: Course, _ chance: inout Chance) {
        self.course = course
        let share = chance.share()
        state =
            switch course {
            case .constant(let value): value
            case .step, .clock: 0
            case .seconds(let rate): (share * rate * 1e6 * 1e9).rounded()
            case .count(let rate, let unit): (share * rate * 1e6 / unit).rounded()
            case .wander(let bounds, let unit): ((bounds.lowerBound + share * bounds.width) / unit).rounded()
            case .share(let bounds): ((1 - bounds.lowerBound - share * bounds.width) * Self.whole).rounded()
            case .fall(let start, _): start
            }
    }

    mutating func next(_ round: Int, at seconds: Double, _ chance: inout Chance) -> Double {
        switch course {
        case .constant(let value): return value
        case .step(let before, let after, let first): return round < first ? before : after
        case .seconds(let rate):
            state += (rate * Self.interval * 1e9 * (0.9 + 0.2 * chance.share())).rounded()
            return state / 1e9
        case .count(let rate, let unit):
            // What happens seldom does not happen in most rounds.
            let more = rate * Self.interval / unit * 2 * chance.share()
            state += more < 1 ? (chance.share() < more / 2 ? 1 : 0) : more.rounded()
            return state * unit
        case .wander(let bounds, let unit):
            let step = (bounds.width / unit * 0.1 * (chance.share() - 0.5)).rounded()
            state = min(max(state + step, bounds.lowerBound / unit), bounds.upperBound / unit)
            return state * unit
        case .share(let bounds):
            let step = (bounds.width * Self.whole * 0.1 * (chance.share() - 0.5)).rounded()
            state = min(max(state + step, (1 - bounds.upperBound) * Self.whole), (1 - bounds.lowerBound) * Self.whole)
            return 1 - state.rounded() / Self.whole
        case .fall(_, let rate):
            state -= (rate * Self.interval).rounded()
            return state
        case .clock(let back): return seconds - back
        }
    }
}

extension ClosedRange<Double> {
    fileprivate var width: Double { upperBound - lowerBound }
}
