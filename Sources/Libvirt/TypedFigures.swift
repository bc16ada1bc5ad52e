// SPDX-License-Identifier: Apache-2.0
import CLibvirt

/// The numbers that are not negative among libvirt's typed parameters, by name. Their texts are not looked at.
struct TypedFigures {
    private var values: [String: UInt64] = [:]

    init(_ parameters: some Sequence<virTypedParameter>) {
        for parameter in parameters {
            let name = withUnsafeBytes(of: parameter.field) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            switch virTypedParameterType(rawValue: UInt32(parameter.type)) {
            case VIR_TYPED_PARAM_LLONG: values[name] = UInt64(exactly: parameter.value.l)
            case VIR_TYPED_PARAM_ULLONG: values[name] = parameter.value.ul
            default: break
            }
        }
    }

    subscript(_ name: String) -> UInt64? { values[name] }
}
