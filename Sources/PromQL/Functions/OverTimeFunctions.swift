// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `…_over_time`: one value of all the points in a window.
enum OverTimeFunctions {
    static let all = [
        over("avg_over_time") { $0.values.average },
        over("count_over_time") { Double($0.points.count) },
        over("first_over_time", keepsName: true) { $0.points.first?.value },
        over("last_over_time", keepsName: true) { $0.points.last?.value },
        over("max_over_time") { $0.values.largest },
        over("min_over_time") { $0.values.smallest },
        over("present_over_time") { _ in 1 },
        Function(
            name: "quantile_over_time", arguments: [.scalar, .matrix],
            body: .range { window, numbers in window.values.quantile(numbers[0]) }),
        over("stddev_over_time") { $0.values.variance.squareRoot() },
        over("stdvar_over_time") { $0.values.variance },
        over("sum_over_time") { $0.values.compensatedSum },
    ]

    private static func over(
        _ name: String, keepsName: Bool = false, _ body: @escaping @Sendable (RangeWindow) -> Double?
    ) -> Function {
        Function(name: name, arguments: [.matrix], keepsName: keepsName, body: .range { window, _ in body(window) })
    }
}
