// SPDX-License-Identifier: Apache-2.0
import CLibvirt
import Glibc

/// One value of a list of typed parameters.
enum TypedValue: Hashable {
    case number(UInt64)
    case negative(Int64)
    case real(Double)
    case text(String)
}

/// A list of typed parameters as a dictionary, for calls that are made seldom; bounded, since a guest may have filled
/// it.
struct TypedParameters {
    /// libvirt's own limits are lower (`REMOTE_DOMAIN_GUEST_INFO_PARAMS_MAX` is 2048).
    private static let limit = 8192
    /// The most bytes of a text that are read.
    private static let textLimit = 1024

    let values: [String: TypedValue]

    init(_ values: [String: TypedValue]) {
        self.values = values
    }

    init(_ parameters: UnsafeMutablePointer<virTypedParameter>?, count: Int32) {
        var values: [String: TypedValue] = [:]
        for index in 0..<min(max(Int(count), 0), Self.limit) {
            guard let parameter = parameters.map({ $0 + index }) else { break }
            let field = withUnsafeBytes(of: parameter.pointee.field) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            values[field] = Self.value(parameter.pointee)
        }
        self.init(values)
    }

    private static func value(_ parameter: virTypedParameter) -> TypedValue? {
        switch UInt32(bitPattern: parameter.type) {
        case VIR_TYPED_PARAM_INT.rawValue: signed(Int64(parameter.value.i))
        case VIR_TYPED_PARAM_UINT.rawValue: .number(UInt64(parameter.value.ui))
        case VIR_TYPED_PARAM_LLONG.rawValue: signed(parameter.value.l)
        case VIR_TYPED_PARAM_ULLONG.rawValue: .number(parameter.value.ul)
        case VIR_TYPED_PARAM_DOUBLE.rawValue: .real(parameter.value.d)
        case VIR_TYPED_PARAM_BOOLEAN.rawValue: .number(parameter.value.b == 0 ? 0 : 1)
        case VIR_TYPED_PARAM_STRING.rawValue: parameter.value.s.map { .text(bounded($0)) }
        default: nil
        }
    }

    private static func signed(_ number: Int64) -> TypedValue {
        UInt64(exactly: number).map { .number($0) } ?? .negative(number)
    }

    /// The beginning of a text of any length.
    static func bounded(_ text: UnsafePointer<CChar>) -> String {
        let length = strnlen(text, textLimit)
        return text.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
        }
    }

    /// The number called `name`; nil for text, fractions and negative numbers.
    func number(_ name: String) -> UInt64? {
        guard case .number(let number)? = values[name] else { return nil }
        return number
    }

    func real(_ name: String) -> Double? {
        guard case .real(let number)? = values[name] else { return nil }
        return number
    }

    /// The text called `name`; nil when it is empty.
    func text(_ name: String) -> String? {
        guard case .text(let text)? = values[name], !text.isEmpty else { return nil }
        return text
    }
}
