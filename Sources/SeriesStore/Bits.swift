// SPDX-License-Identifier: Apache-2.0

/// Numbers of any width, one after another.
struct BitWriter {
    private(set) var words: [UInt64]
    /// How many bits are written.
    private(set) var count: Int

    /// Goes on after `words`, which are full.
    init(after words: [UInt64] = []) {
        self.words = words
        count = words.count * 64
    }

    /// The lowest `width` bits of `value`, the others of which are zero; at most 64.
    mutating func write(_ value: UInt64, _ width: Int) {
        guard width > 0 else { return }
        let used = count & 63
        if used == 0 {
            words.append(value)
        } else {
            words[words.count - 1] |= value << UInt64(used)
            if used + width > 64 { words.append(value >> UInt64(64 - used)) }
        }
        count += width
    }

    /// A number that is often small: the count of its bits, then these.
    mutating func writeSigned(_ value: Int64) {
        let folded = UInt64(bitPattern: value << 1 ^ value >> 63)
        write(UInt64(folded.bitWidthUsed), 7)
        write(folded, folded.bitWidthUsed)
    }

    mutating func set(word index: Int, to value: UInt64) {
        words[index] = value
    }
}

/// Reads what a `BitWriter` wrote: from its words, or from where these stand, which costs no count of references.
struct BitReader<Words: RandomAccessCollection> where Words.Element == UInt64, Words.Index == Int {
    private let words: Words
    private var position: Int

    init(_ words: Words, at position: Int) {
        self.words = words
        self.position = position
    }

    @inline(__always)
    mutating func read(_ width: Int) -> UInt64 {
        guard width > 0 else { return 0 }
        let index = position >> 6
        let used = position & 63
        position += width
        var value = words[index] >> UInt64(used)
        if used + width > 64 { value |= words[index + 1] << UInt64(64 - used) }
        return width == 64 ? value : value & (1 << UInt64(width) - 1)
    }

    @inline(__always)
    mutating func readSigned() -> Int64 {
        let folded = read(Int(read(7)))
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }
}

extension UInt64 {
    /// How many bits its value needs.
    var bitWidthUsed: Int { 64 - leadingZeroBitCount }
}
