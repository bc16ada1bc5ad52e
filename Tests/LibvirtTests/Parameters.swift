// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc
@testable import Libvirt

/// A value as libvirt types it; numbers of a literal are unsigned and long, the commonest kind.
enum FieldValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByFloatLiteral {
    case unsignedLong(UInt64)
    case long(Int64)
    case unsigned(UInt32)
    case int(Int32)
    case boolean(Bool)
    case fraction(Double)
    case text(String?)
    /// A type that libvirt does not have.
    case alien

    init(integerLiteral value: UInt64) { self = .unsignedLong(value) }
    init(stringLiteral value: String) { self = .text(value) }
    init(floatLiteral value: Double) { self = .fraction(value) }
}

/// Typed parameters as libvirt would send them, freed with this.
final class Parameters {
    private var all: [virTypedParameter]

    init(_ fields: [(String, FieldValue)]) {
        all = fields.map { Parameters.parameter(Array($0.0.utf8), $0.1) }
    }

    /// Names as bytes: without a NUL when they fill the field.
    init(raw fields: [(name: [UInt8], value: FieldValue)]) {
        all = fields.map { Parameters.parameter($0.name, $0.value) }
    }

    deinit {
        for one in all where one.type == Int32(VIR_TYPED_PARAM_STRING.rawValue) { free(one.value.s) }
    }

    func decode(keepsHypervisor: Bool = false) -> (stats: DomainStats, unknown: [String: Int]) {
        var decoder = StatsDecoder(uuid: Parameters.uuid, name: "web", keepsHypervisor: keepsHypervisor)
        var memory = FieldMemory()
        all.withUnsafeMutableBufferPointer { decoder.decode($0.baseAddress, count: $0.count, &memory) }
        return (decoder.stats, memory.unknown.take())
    }

    static let uuid = ObjectUUID(high: 0, low: 1)

    private static func parameter(_ name: [UInt8], _ value: FieldValue) -> virTypedParameter {
        var one = virTypedParameter()
        withUnsafeMutableBytes(of: &one.field) { field in
            for (index, byte) in name.prefix(Int(VIR_TYPED_PARAM_FIELD_LENGTH)).enumerated() { field[index] = byte }
        }
        switch value {
        case .unsignedLong(let number): (one.type, one.value.ul) = (Int32(VIR_TYPED_PARAM_ULLONG.rawValue), number)
        case .long(let number): (one.type, one.value.l) = (Int32(VIR_TYPED_PARAM_LLONG.rawValue), number)
        case .unsigned(let number): (one.type, one.value.ui) = (Int32(VIR_TYPED_PARAM_UINT.rawValue), number)
        case .int(let number): (one.type, one.value.i) = (Int32(VIR_TYPED_PARAM_INT.rawValue), number)
        case .boolean(let flag): (one.type, one.value.b) = (Int32(VIR_TYPED_PARAM_BOOLEAN.rawValue), flag ? 1 : 0)
        case .fraction(let number): (one.type, one.value.d) = (Int32(VIR_TYPED_PARAM_DOUBLE.rawValue), number)
        case .text(let text):
            (one.type, one.value.s) = (Int32(VIR_TYPED_PARAM_STRING.rawValue), text.flatMap { strdup($0) })
        case .alien: (one.type, one.value.ul) = (77, .max)
        }
        return one
    }
}
