// SPDX-License-Identifier: Apache-2.0
import Glibc
import Vocabulary

/// Functions of single values.
enum ArithmeticFunctions {
    static let all = [
        map("abs") { $0.magnitude },
        map("ceil") { $0.rounded(.up) },
        Function(
            name: "clamp", arguments: [.vector, .scalar, .scalar],
            body: .vector { (site, arguments) throws(Fault) in
                var grid = arguments[0].grid(site.width)
                let (lows, highs) = (arguments[1].scalars(site.width), arguments[2].scalars(site.width))
                grid.map { value, step in
                    let (low, high) = (lows[step], highs[step])
                    return low > high ? Grid.absent : greater(low, lesser(high, value))
                }
                grid.dropNames()
                return .vector(grid.compacted)
            }),
        Function(name: "clamp_max", arguments: [.vector, .scalar], body: .map { lesser($0, $1[0]) }),
        Function(name: "clamp_min", arguments: [.vector, .scalar], body: .map { greater($0, $1[0]) }),
        map("exp") { Glibc.exp($0) },
        map("floor") { $0.rounded(.down) },
        map("ln") { Glibc.log($0) },
        map("log10") { Glibc.log10($0) },
        map("log2") { Glibc.log2($0) },
        Function(
            name: "round", arguments: [.vector, .scalar], optional: 1,
            body: .map { value, numbers in
                // Dividing by the inverse keeps 0.1 exact where multiplying by 0.1 would not.
                let inverse = 1 / (numbers.first ?? 1)
                return (value * inverse + 0.5).rounded(.down) / inverse
            }),
        map("sgn") { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
        map("sqrt") { $0.squareRoot() },
    ]

    private static func map(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> Function {
        Function(name: name, arguments: [.vector], body: .map { value, _ in body(value) })
    }

    /// As Go's `math.Min`: the infinite end wins over what is no number, and that over all others.
    static func lesser(_ left: Double, _ right: Double) -> Double {
        if left == -.infinity || right == -.infinity { return -.infinity }
        if left == 0, right == 0 { return left.sign == .minus ? left : right }
        return left.isNaN || right.isNaN ? .nan : Swift.min(left, right)
    }

    static func greater(_ left: Double, _ right: Double) -> Double {
        if left == .infinity || right == .infinity { return .infinity }
        if left == 0, right == 0 { return left.sign == .minus ? right : left }
        return left.isNaN || right.isNaN ? .nan : Swift.max(left, right)
    }
}
