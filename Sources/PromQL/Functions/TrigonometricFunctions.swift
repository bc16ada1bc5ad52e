// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// Functions of angles, in radians.
enum TrigonometricFunctions {
    static let all = [
        map("acos") { Glibc.acos($0) }, map("acosh") { Glibc.acosh($0) }, map("asin") { Glibc.asin($0) },
        map("asinh") { Glibc.asinh($0) }, map("atan") { Glibc.atan($0) }, map("atanh") { Glibc.atanh($0) },
        map("cos") { Glibc.cos($0) }, map("cosh") { Glibc.cosh($0) }, map("deg") { $0 * 180 / .pi },
        Function(name: "pi", arguments: [], result: .scalar, body: .constant { _, _ in .pi }),
        map("rad") { $0 * .pi / 180 }, map("sin") { Glibc.sin($0) }, map("sinh") { Glibc.sinh($0) },
        map("tan") { Glibc.tan($0) }, map("tanh") { Glibc.tanh($0) },
    ]

    private static func map(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> Function {
        Function(name: name, arguments: [.vector], body: .map { value, _ in body(value) })
    }
}
