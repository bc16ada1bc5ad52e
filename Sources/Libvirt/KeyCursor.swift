// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// A place in a field's name. It never reads past the name's end: a NUL, or `VIR_TYPED_PARAM_FIELD_LENGTH` bytes.
struct KeyCursor {
    private var bytes: UnsafePointer<UInt8>
    private let limit: UnsafePointer<UInt8>

    init(_ parameter: UnsafeMutablePointer<virTypedParameter>) {
        bytes = UnsafeRawPointer(parameter).assumingMemoryBound(to: UInt8.self)
        limit = bytes + Int(VIR_TYPED_PARAM_FIELD_LENGTH)
    }

    /// What is left of the name.
    var rest: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes, count: strnlen(bytes, limit - bytes))
    }

    mutating func skip(_ prefix: StaticString) -> Bool {
        guard starts(with: prefix) else { return false }
        bytes += prefix.utf8CodeUnitCount
        return true
    }

    func isEqual(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        let end = bytes + text.utf8CodeUnitCount
        return end == limit || end.pointee == 0
    }

    /// Reads `12.` and moves past it; nil when there is no number below `limit`.
    mutating func index(below bound: Int) -> Int? {
        var number = 0
        var place = bytes
        while place < limit, case let digit = place.pointee, digit &- 0x30 < 10 {
            number = number * 10 + Int(digit - 0x30)
            guard number < bound else { return nil }
            place += 1
        }
        guard place != bytes, place < limit, place.pointee == 0x2E else { return nil }
        bytes = place + 1
        return number
    }

    private func starts(with text: StaticString) -> Bool {
        let wanted = text.utf8Start
        guard text.utf8CodeUnitCount <= limit - bytes else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[index] != wanted[index] { return false }
        return true
    }
}

extension UnsafeMutablePointer<virTypedParameter> {
    /// The value as a non-negative integer; nil for text, fractions and negative numbers.
    var number: UInt64? {
        switch UInt32(bitPattern: pointee.type) {
        case VIR_TYPED_PARAM_INT.rawValue: UInt64(exactly: pointee.value.i)
        case VIR_TYPED_PARAM_UINT.rawValue: UInt64(pointee.value.ui)
        case VIR_TYPED_PARAM_LLONG.rawValue: UInt64(exactly: pointee.value.l)
        case VIR_TYPED_PARAM_ULLONG.rawValue: pointee.value.ul
        case VIR_TYPED_PARAM_BOOLEAN.rawValue: pointee.value.b == 0 ? 0 : 1
        default: nil
        }
    }

    /// The value as a fraction; nil for anything else, and for what is no finite number of at least 0.
    var fraction: Double? {
        guard UInt32(bitPattern: pointee.type) == VIR_TYPED_PARAM_DOUBLE.rawValue else { return nil }
        let value = pointee.value.d
        return value.isFinite && value >= 0 ? value : nil
    }

    var text: String? {
        guard UInt32(bitPattern: pointee.type) == VIR_TYPED_PARAM_STRING.rawValue else { return nil }
        return pointee.value.s.map { String(cString: $0) }
    }
}
