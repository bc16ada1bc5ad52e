// SPDX-License-Identifier: Apache-2.0

/// Values of one series, in the form that takes the fewest bits; each comes back bit for bit.
struct ValueRun {
    private enum Form: UInt64 {
        /// Always the same value.
        case constant
        /// Always the same value, a decimal fraction.
        case constantDecimal
        /// Decimal fractions with the same number of places: whole numbers over a power of ten.
        case decimal
        /// What each differs in from the one before, without the zero bits at the end that all differences have.
        case difference
    }

    private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
    /// Up to here a `Double` holds every whole number.
    private static let largestWhole = 9_007_199_254_740_992.0

    /// Writes `values`, at least one.
    static func write(_ values: [Double], to writer: inout BitWriter) {
        let isConstant = values.allSatisfy { $0.bitPattern == values[0].bitPattern }
        let decimals = Decimals(isConstant ? [values[0]] : values)
        if isConstant {
            guard let decimals else {
                writer.write(Form.constant.rawValue, 2)
                writer.write(values[0].bitPattern, 64)
                return
            }
            writer.write(Form.constantDecimal.rawValue, 2)
            writer.write(UInt64(decimals.places), 4)
            writer.writeSigned(decimals.wholes[0])
            return
        }
        let differences = Differences(values)
        if let decimals {
            let wholes = WholeNumbers(decimals.wholes)
            if wholes.cost < differences.cost {
                writer.write(Form.decimal.rawValue, 2)
                writer.write(UInt64(decimals.places), 4)
                wholes.write(to: &writer)
                return
            }
        }
        writer.write(Form.difference.rawValue, 2)
        differences.write(to: &writer)
    }

    /// Reads `count` values, at least one, into the first places of `values`, which has so many.
    static func read<Words>(_ count: Int, from reader: inout BitReader<Words>, into values: inout [Double]) {
        var place = 0
        switch Form(rawValue: reader.read(2)) {
        case .constant: fill(&values, count, Double(bitPattern: reader.read(64)))
        case .constantDecimal:
            let power = powers[Int(reader.read(4))]
            fill(&values, count, Double(reader.readSigned()) / power)
        case .decimal:
            let power = powers[Int(reader.read(4))]
            WholeNumbers.read(count, from: &reader) { number in
                values[place] = Double(number) / power
                place += 1
            }
        case .difference, nil:
            Differences.read(count, from: &reader) { value in
                values[place] = value
                place += 1
            }
        }
    }

    private static func fill(_ values: inout [Double], _ count: Int, _ value: Double) {
        for place in 0..<count { values[place] = value }
    }

    /// Values as whole numbers over a power of ten, where all of them are just that, bit for bit.
    private struct Decimals {
        private(set) var places = 0
        private(set) var wholes: [Int64] = []

        init?(_ values: [Double]) {
            for value in values {
                // What has few places has more, too.
                while Self.whole(value, places) == nil {
                    places += 1
                    guard places < powers.count else { return nil }
                }
            }
            wholes.reserveCapacity(values.count)
            for value in values {
                guard let whole = Self.whole(value, places) else { return nil }
                wholes.append(whole)
            }
        }

        private static func whole(_ value: Double, _ places: Int) -> Int64? {
            let scaled = (value * powers[places]).rounded()
            // Neither NaN nor an infinity passes.
            guard abs(scaled) <= largestWhole else { return nil }
            let whole = Int64(scaled)
            // Not so for -0.0, nor where a product was rounded to a neighbour.
            return (Double(whole) / powers[places]).bitPattern == value.bitPattern ? whole : nil
        }
    }

    private struct Differences {
        private let first: UInt64
        private let shift: Int
        private let left: [UInt64]
        private let packing: PackedRun

        init(_ values: [Double]) {
            first = values[0].bitPattern
            let differences = zip(values.dropFirst(), values).map { $0.bitPattern ^ $1.bitPattern }
            let shift = min(63, differences.reduce(0, |).trailingZeroBitCount)
            left = differences.map { $0 >> UInt64(shift) }
            packing = PackedRun(left)
            self.shift = shift
        }

        var cost: Int { 64 + 6 + packing.cost }

        func write(to writer: inout BitWriter) {
            writer.write(first, 64)
            writer.write(UInt64(shift), 6)
            packing.write(left, to: &writer)
        }

        @inline(__always)
        static func read<Words>(_ count: Int, from reader: inout BitReader<Words>, _ use: (Double) -> Void) {
            var bits = reader.read(64)
            let shift = reader.read(6)
            use(Double(bitPattern: bits))
            PackedRun.read(count - 1, from: &reader) { left in
                bits ^= left << shift
                use(Double(bitPattern: bits))
            }
        }
    }
}
