// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Functions between scalars and vectors, and of a vector's order.
enum ShapeFunctions {
    static let all = [
        Function(
            name: "scalar", arguments: [.vector], result: .scalar,
            body: .vector { (arguments, _, _) throws(Fault) in
                let samples = arguments[0].vector
                return .scalar(samples.count == 1 ? samples[0].value : .nan)
            }),
        Function(name: "sort", arguments: [.vector], body: sorted { $0 < $1 }),
        Function(name: "sort_desc", arguments: [.vector], body: sorted { $0 > $1 }),
        Function(
            name: "vector", arguments: [.scalar],
            body: .vector { (arguments, _, _) throws(Fault) in
                .vector([Sample(labels: .none, value: arguments[0].scalar)])
            }),
    ]

    /// What is no number comes last.
    private static func sorted(_ isBefore: @escaping @Sendable (Double, Double) -> Bool) -> Function.Body {
        .vector { (arguments, _, _) throws(Fault) in
            .vector(
                arguments[0].vector.sorted { left, right in
                    if left.value.isNaN || right.value.isNaN { return !left.value.isNaN && right.value.isNaN }
                    return isBefore(left.value, right.value)
                })
        }
    }
}
