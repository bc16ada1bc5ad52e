// SPDX-License-Identifier: Apache-2.0

/// What a connection remembers of fields' names from one call to the next, so that they cost no allocation each time.
struct FieldMemory {
    var unknown = UnknownFields()
    var names = FieldNames()
}

/// Fields that no decoder knows, counted under their names with every number in them as `N`.
struct UnknownFields {
    /// Names that are counted by themselves; those that come later count as `other`.
    static let limit = 64
    static let other = "other"

    private var names: [UInt64: String] = [:]
    private var counts: [UInt64: Int] = [:]

    var isEmpty: Bool { counts.isEmpty }

    mutating func note(_ field: UnsafeBufferPointer<UInt8>) {
        var hash = FieldHash()
        Self.fold(field) { hash.add($0) }
        if names[hash.value] == nil {
            guard names.count < Self.limit else {
                // No name hashes to 0 but by accident, and then it is counted here.
                counts[0, default: 0] += 1
                return
            }
            var folded: [UInt8] = []
            Self.fold(field) { folded.append($0) }
            names[hash.value] = String(decoding: folded, as: UTF8.self)
        }
        counts[hash.value, default: 0] += 1
    }

    /// The counts since this was last asked, by name.
    mutating func take() -> [String: Int] {
        guard !counts.isEmpty else { return [:] }
        defer { counts.removeAll(keepingCapacity: true) }
        return Dictionary(counts.map { (names[$0.key] ?? Self.other, $0.value) }, uniquingKeysWith: +)
    }

    private static func fold(_ field: UnsafeBufferPointer<UInt8>, _ body: (UInt8) -> Void) {
        var isInNumber = false
        for byte in field {
            let isDigit = byte &- 0x30 < 10
            if !(isDigit && isInNumber) { body(isDigit ? UInt8(ascii: "N") : byte) }
            isInNumber = isDigit
        }
    }
}

/// Names that come again in every call, made into a `String` once.
struct FieldNames {
    /// More names than any hypervisor has; beyond it each time makes a new string.
    static let limit = 1024

    private var known: [UInt64: String] = [:]

    mutating func string(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        var hash = FieldHash()
        for byte in bytes { hash.add(byte) }
        if let found = known[hash.value], found.utf8.elementsEqual(bytes) { return found }
        let new = String(decoding: bytes, as: UTF8.self)
        if known.count < Self.limit, known[hash.value] == nil { known[hash.value] = new }
        return new
    }
}

/// FNV-1a, 64 bits.
private struct FieldHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
