// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SeriesStore

/// Everything that is compressed comes back bit for bit.
@Suite struct BlockTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let values: [Double]
        /// How many bytes a value it may take, times and places not counted, when there are many.
        var most = 9.0
        var testDescription: String { name }
    }

    private static let stale = Double(bitPattern: 0x7FF0_0000_0000_0002)
    private static let payload = Double(bitPattern: 0x7FF8_0000_DEAD_BEEF)

    private static func random(_ seed: UInt64, _ next: (inout Randomness) -> Double) -> [Double] {
        var random = Randomness(seed)
        return (0..<64).map { _ in next(&random) }
    }

    static let cases: [Case] = [
        Case(name: "one value", values: [7]),
        Case(name: "zero", values: [Double](repeating: 0, count: 64), most: 0.5),
        Case(name: "a constant fraction", values: [Double](repeating: 0.1 + 0.2, count: 64), most: 0.5),
        Case(name: "negative zero", values: [-0.0, -0.0, -0.0]),
        Case(name: "both zeros", values: [0, -0.0, 0, -0.0, 0]),
        Case(name: "stale markers", values: [1, 2, stale, 3, stale, stale]),
        Case(name: "not a number, with payloads", values: [.nan, payload, -.nan, .signalingNaN, 1]),
        Case(name: "infinities", values: [.infinity, 1, -.infinity, 2, 3]),
        Case(name: "the ends", values: [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude]),
        Case(
            name: "around the last whole number",
            values: [9_007_199_254_740_990, 9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_994, 1e19]),
        Case(name: "negative whole numbers", values: [-5, -3, -1_000_000, 4, 0]),
        Case(name: "an even counter", values: (0..<64).map { Double($0 * 4096) }, most: 0.5),
        Case(name: "a counter with resets", values: (0..<64).map { Double($0 % 13 * 1000) }, most: 2.5),
        Case(
            name: "seconds with nanoseconds",
            values: random(1) { _ in 0 }.indices.map { Double(1_234_567_890_123 + $0 * 99_999_998) / 1e9 }, most: 0.5),
        Case(
            name: "a jittery processor",
            values: {
                var random = Randomness(2)
                var time = 86_400_000_000_000
                return (0..<64).map { _ in
                    time += 10_000_000 * Int(random.next() % 30)
                    return Double(time) / 1e9
                }
            }(), most: 5),
        Case(
            name: "a disk that mostly rests",
            values: {
                var random = Randomness(3)
                var bytes = 0.0
                return (0..<64).map { _ in
                    if random.next() % 8 == 0 { bytes += Double(random.next() % 1_000_000 * 512) }
                    return bytes
                }
            }(), most: 1.5),
        Case(name: "a gauge", values: random(4) { Double($0.next() % 200_000) * 4096 }, most: 4),
        Case(name: "ratios", values: random(5) { Double($0.next() % 1000) / 7 }, most: 9),
        Case(name: "any bits", values: random(6) { Double(bitPattern: $0.next()) }),
        Case(name: "decimal places", values: (0...12).map { place in (0..<place).reduce(1.0) { one, _ in one / 10 } }),
        Case(name: "milliseconds since 1970", values: (0..<64).map { Double(1_795_566_377_416 + $0 * 1000) / 1000 }),
    ]

    @Test(arguments: cases)
    func `values come back bit for bit, and are small`(one: Case) {
        var writer = BitWriter()
        // Whatever stands before it.
        writer.write(1, 5)
        ValueRun.write(one.values, to: &writer)
        let bytes = Double(writer.count - 5) / 8
        var reader = BitReader(writer.words, at: 5)
        var back = [Double](repeating: 0, count: one.values.count)
        ValueRun.read(one.values.count, from: &reader, into: &back)
        #expect(back.map(\.bitPattern) == one.values.map(\.bitPattern))
        if one.values.count == 64 { #expect(bytes / 64 <= one.most) }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `blocks of mixed series come back, and joined ones too`(seed: UInt64) {
        var random = Randomness(seed)
        let width = Int(random.next() % 5) + 1
        let makers: [(inout Randomness, Double) -> Double] = [
            { _, last in last }, { random, last in last + Double(random.next() % 100) },
            { random, _ in Double(bitPattern: random.next()) },
            { random, last in last + Double(random.next() % 9) / 8 },
            { random, last in random.next() % 5 == 0 ? Self.stale : last }, { random, _ in Double(random.next() % 2) },
        ]
        let kinds = (0..<width).map { _ in Int(random.next() % UInt64(makers.count)) }
        var time = Int64(truncatingIfNeeded: random.next() % 1_000_000)
        var last = [Double](repeating: 1, count: width)
        var times: [Int64] = []
        var rows: [Double] = []
        var blocks: [Block] = []
        for _ in 0..<4 {
            let count = Int(random.next() % 20) + 1
            for _ in 0..<count {
                time += Int64(random.next() % 20_000) + 1
                times.append(time)
                for column in 0..<width { last[column] = makers[kinds[column]](&random, last[column]) }
                rows += last
            }
            blocks.append(Block(times: times.suffix(count), rows: rows.suffix(count * width), width: width))
        }
        for some in [blocks, [Block(joining: blocks, width: width)]] {
            #expect(some.flatMap { $0.times() } == times)
            #expect(some.first?.first == times.first && some.last?.last == times.last)
            for column in 0..<width {
                var back: [UInt64] = []
                var values: [Double] = []
                for block in some {
                    block.readValues(of: column, into: &values)
                    back += values.prefix(block.count).map(\.bitPattern)
                }
                #expect(back == times.indices.map { rows[$0 * width + column].bitPattern })
            }
        }
    }

    @Test(
        arguments: [
            [0], [.min, .max, .min, 0, -1, 1, .max], [5, 5, 5, 5], [1, 2, 4, 8, 16, 32], [-1, -2, -3, .min],
            (0..<100).map { $0 * $0 * 3 - 7 },
        ] as [[Int64]])
    func `any whole numbers come back, as far apart as they may be`(numbers: [Int64]) {
        var writer = BitWriter()
        let whole = WholeNumbers(numbers)
        whole.write(to: &writer)
        #expect(writer.count == whole.cost)
        var reader = BitReader(writer.words, at: 0)
        var back: [Int64] = []
        WholeNumbers.read(numbers.count, from: &reader) { back.append($0) }
        #expect(back == numbers)
    }
}

/// The same numbers each time (SplitMix64).
struct Randomness {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
