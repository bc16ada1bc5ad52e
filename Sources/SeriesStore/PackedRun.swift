// SPDX-License-Identifier: Apache-2.0

/// How the numbers of one run are packed: all at one width, or each after a bit that says which of two it has.
///
/// Two widths serve a counter that mostly rests: what it does then needs no bits at all.
struct PackedRun {
    private let wide: Int
    /// nil when all have the same.
    private let narrow: Int?
    /// How many bits it takes.
    let cost: Int

    private static let header = 7 + 1

    /// The cheapest for these numbers.
    init(_ numbers: [UInt64]) {
        // How many need that many bits.
        var counts = [Int](repeating: 0, count: 65)
        for number in numbers { counts[number.bitWidthUsed] += 1 }
        let wide = counts.lastIndex { $0 > 0 } ?? 0
        var best = (narrow: nil as Int?, cost: numbers.count * wide)
        var below = 0
        for width in 0..<wide {
            below += counts[width]
            let cost = 7 + numbers.count + below * width + (numbers.count - below) * wide
            if cost < best.cost { best = (width, cost) }
        }
        self.wide = wide
        narrow = best.narrow
        cost = Self.header + best.cost
    }

    func write(_ numbers: [UInt64], to writer: inout BitWriter) {
        writer.write(UInt64(wide), 7)
        writer.write(narrow == nil ? 0 : 1, 1)
        guard let narrow else {
            for number in numbers { writer.write(number, wide) }
            return
        }
        writer.write(UInt64(narrow), 7)
        for number in numbers {
            let isWide = number.bitWidthUsed > narrow
            writer.write(isWide ? 1 : 0, 1)
            writer.write(number, isWide ? wide : narrow)
        }
    }

    /// Reads `count` numbers.
    @inline(__always)
    static func read<Words>(_ count: Int, from reader: inout BitReader<Words>, _ use: (UInt64) -> Void) {
        let wide = Int(reader.read(7))
        guard reader.read(1) == 1 else {
            for _ in 0..<count { use(reader.read(wide)) }
            return
        }
        let narrow = Int(reader.read(7))
        for _ in 0..<count { use(reader.read(reader.read(1) == 1 ? wide : narrow)) }
    }
}
