// SPDX-License-Identifier: Apache-2.0

/// A run of whole numbers, kept as what is left of them, of their differences, or of the differences of those, over the
/// smallest of these. All arithmetic wraps, so that any numbers come back.
struct WholeNumbers {
    private var order = 0
    private var starts: [Int64] = []
    private var base: Int64 = 0
    private var left: [UInt64] = []
    private var packing = PackedRun([])

    /// The cheapest way to keep `numbers`.
    init(_ numbers: [Int64]) {
        var rest = numbers
        var firsts: [Int64] = []
        var cost = Int.max
        for order in 0...2 {
            let base = rest.min() ?? 0
            let left = rest.map { UInt64(bitPattern: $0 &- base) }
            let packing = PackedRun(left)
            // What begins it has some bits of its own.
            let whole = packing.cost + Self.cost(of: base) + firsts.reduce(0) { $0 + Self.cost(of: $1) }
            if whole < cost {
                cost = whole
                (self.order, starts, self.base, self.left, self.packing) = (order, firsts, base, left, packing)
            }
            guard let first = rest.first else { return }
            firsts.append(first)
            rest = zip(rest.dropFirst(), rest).map { $0 &- $1 }
        }
    }

    private static func cost(of number: Int64) -> Int {
        7 + UInt64(bitPattern: number << 1 ^ number >> 63).bitWidthUsed
    }

    /// How many bits it takes.
    var cost: Int { 2 + packing.cost + ([base] + starts).reduce(0) { $0 + Self.cost(of: $1) } }

    func write(to writer: inout BitWriter) {
        writer.write(UInt64(order), 2)
        for start in starts { writer.writeSigned(start) }
        writer.writeSigned(base)
        packing.write(left, to: &writer)
    }

    /// Reads `count` numbers, at least one.
    @inline(__always)
    static func read<Words>(_ count: Int, from reader: inout BitReader<Words>, _ use: (Int64) -> Void) {
        let order = Int(reader.read(2))
        var number = order > 0 ? reader.readSigned() : 0
        var step = order > 1 ? reader.readSigned() : 0
        let base = reader.readSigned()
        if order > 0 { use(number) }
        if order > 1, count > 1 {
            number &+= step
            use(number)
        }
        PackedRun.read(max(0, count - order), from: &reader) { bits in
            let rest = base &+ Int64(bitPattern: bits)
            switch order {
            case 0: number = rest
            case 1: number &+= rest
            default:
                step &+= rest
                number &+= step
            }
            use(number)
        }
    }
}
