// SPDX-License-Identifier: Apache-2.0

/// Points of several series at the same times, compressed, never changed again.
struct Block: Sendable {
    let first: Int64
    let last: Int64
    /// How many times there are.
    let count: Int
    /// Where each run begins, in bits, two places a word; then the runs: the times, and one of values for each series.
    private let words: [UInt64]

    /// `rows` has a value for each of the series at the first time, then at the second, and so on.
    init(times: ArraySlice<Int64>, rows: ArraySlice<Double>, width: Int) {
        first = times.first ?? 0
        last = times.last ?? 0
        count = times.count
        var starts: [UInt64] = []
        starts.reserveCapacity(width + 2)
        var writer = BitWriter(after: [UInt64](repeating: 0, count: (width + 2) / 2))
        starts.append(UInt64(writer.count))
        WholeNumbers(Array(times)).write(to: &writer)
        var values: [Double] = []
        values.reserveCapacity(count)
        for column in 0..<width {
            values.removeAll(keepingCapacity: true)
            for place in stride(from: rows.startIndex + column, to: rows.endIndex, by: width) {
                values.append(rows[place])
            }
            starts.append(UInt64(writer.count))
            ValueRun.write(values, to: &writer)
        }
        for (index, start) in starts.enumerated() {
            let word = index / 2
            writer.set(word: word, to: index & 1 == 0 ? start : start << 32 | writer.words[word])
        }
        // Exactly as large as it must be.
        words = writer.words.withUnsafeBufferPointer { Array($0) }
    }

    /// One block in place of several, in the order of time.
    init(joining blocks: some Collection<Block>, width: Int) {
        let times = blocks.flatMap { $0.times() }
        var rows = [Double](repeating: 0, count: times.count * width)
        var values: [Double] = []
        for column in 0..<width {
            var place = column
            for block in blocks {
                block.readValues(of: column, into: &values)
                for value in values[..<block.count] {
                    rows[place] = value
                    place += width
                }
            }
        }
        self.init(times: times[...], rows: rows[...], width: width)
    }

    /// What it takes in memory, beside the place in which it stands.
    var bytes: Int { 32 + words.count * 8 }

    /// Its times, into the first places of `times`, which gets as many as it needs.
    func readTimes(into times: inout [Int64]) {
        if times.count < count { times = [Int64](repeating: 0, count: count) }
        words.withUnsafeBufferPointer { words in
            var reader = Self.reader(words, 0)
            var place = 0
            WholeNumbers.read(count, from: &reader) { time in
                times[place] = time
                place += 1
            }
        }
    }

    func times() -> [Int64] {
        var times: [Int64] = []
        readTimes(into: &times)
        return times
    }

    /// The values of one series, into the first places of `values`, which gets as many as it needs.
    func readValues(of column: Int, into values: inout [Double]) {
        if values.count < count { values = [Double](repeating: 0, count: count) }
        words.withUnsafeBufferPointer { words in
            var reader = Self.reader(words, column + 1)
            ValueRun.read(count, from: &reader, into: &values)
        }
    }

    /// It reads no further than what was written: `words` are a block's, and never come from elsewhere.
    @inline(__always)
    private static func reader(
        _ words: UnsafeBufferPointer<UInt64>, _ run: Int
    ) -> BitReader<UnsafeBufferPointer<UInt64>> {
        let pair = words[run / 2]
        return BitReader(words, at: Int(run & 1 == 0 ? pair & 0xFFFF_FFFF : pair >> 32))
    }
}
