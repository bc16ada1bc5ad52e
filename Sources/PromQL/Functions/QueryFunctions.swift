// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Scalars that the query itself gives: its start, end, step and range in seconds, and the smaller or larger of two.
enum QueryFunctions {
    static let all = [
        constant("end") { Double($0.query.end) / 1000 },
        pair("max_of", ArithmeticFunctions.greater),
        pair("min_of", ArithmeticFunctions.lesser),
        constant("range") { Double($0.query.end - $0.query.start) / 1000 },
        constant("start") { Double($0.query.start) / 1000 },
        constant("step") { Double($0.query.step) / 1000 },
    ]

    private static func constant(_ name: String, _ body: @escaping @Sendable (CallSite) -> Double) -> Function {
        Function(
            name: name, arguments: [], result: .scalar, availability: .experimental,
            body: .constant { site, _ in body(site) })
    }

    private static func pair(_ name: String, _ body: @escaping @Sendable (Double, Double) -> Double) -> Function {
        Function(
            name: name, arguments: [.scalar, .scalar], result: .scalar, availability: .experimental,
            body: .vector { (site, arguments) throws(Fault) in
                .scalar(zip(arguments[0].scalars(site.width), arguments[1].scalars(site.width)).map(body))
            })
    }
}
