// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `…_over_time`: one value of all the points in a window.
enum OverTimeFunctions {
    static let all = [
        over("avg_over_time") { $0.version == .two ? $0.values.runningAverage : $0.values.average },
        over("count_over_time") { Double($0.points.count) },
        over("first_over_time", keepsName: true) { $0.points.first?.value },
        over("last_over_time", keepsName: true) { $0.points.last?.value },
        over("mad_over_time", .experimental) { window in
            let median = window.values.quantile(0.5)
            return window.values.map { ($0 - median).magnitude }.quantile(0.5)
        },
        over("max_over_time") { $0.values.largest },
        over("min_over_time") { $0.values.smallest },
        over("present_over_time") { _ in 1 },
        Function(
            name: "quantile_over_time", arguments: [.scalar, .matrix],
            remarkOnNumbers: { 0...1 ~= $0[0] ? nil : Function.remarkOnQuantile($0[0]) },
            body: .range { window, numbers in window.values.quantile(numbers[0]) }),
        over("stddev_over_time") { variance($0).squareRoot() },
        over("stdvar_over_time") { variance($0) },
        over("sum_over_time") { $0.values.compensatedSum },
        over("ts_of_first_over_time", .experimental) { $0.points.first?.time.seconds },
        over("ts_of_last_over_time", .experimental) { $0.points.last?.time.seconds },
        over("ts_of_max_over_time", .experimental) { last($0) { $0 >= $1 } },
        over("ts_of_min_over_time", .experimental) { last($0) { $0 <= $1 } },
    ]

    private static func over(
        _ name: String, keepsName: Bool = false, _ availability: Function.Availability = .always,
        _ body: @escaping @Sendable (RangeWindow) -> Double?
    ) -> Function {
        Function(
            name: name, arguments: [.matrix], keepsName: keepsName, availability: availability,
            body: .range { window, _ in body(window) })
    }

    /// What is too large is no number in Prometheus 2.
    private static func variance(_ window: RangeWindow) -> Double {
        let variance = window.values.variance
        return window.version == .two && variance.isInfinite ? .nan : variance
    }

    /// When the last of the points was taken that none beats.
    private static func last(_ window: RangeWindow, _ isBetter: (Double, Double) -> Bool) -> Double? {
        guard var best = window.points.first else { return nil }
        for point in window.points.dropFirst() where isBetter(point.value, best.value) || best.value.isNaN {
            best = point
        }
        return best.time.seconds
    }
}
