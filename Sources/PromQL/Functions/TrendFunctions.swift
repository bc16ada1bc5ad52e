// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Straight lines through the points of a window, by least squares.
enum TrendFunctions {
    static let all = [
        Function(
            name: "deriv", arguments: [.matrix],
            body: .range { window, _ in line(window, at: window.points[0].time)?.slope }),
        Function(
            name: "predict_linear", arguments: [.matrix, .scalar],
            body: .range { window, numbers in
                line(window, at: window.evaluated).map { $0.value + $0.slope * numbers[0] }
            }),
    ]

    /// The slope a second, and the line's value at `origin`; nil with fewer than two points.
    private static func line(_ window: RangeWindow, at origin: Timestamp) -> (slope: Double, value: Double)? {
        guard window.points.count > 1 else { return nil }
        let times = window.points.map { ($0.time - origin).inSeconds }
        let values = window.values
        let meanTime = times.average
        let meanValue = values.average
        let covariance = zip(times, values).map { ($0 - meanTime) * ($1 - meanValue) }.compensatedSum
        let variance = times.map { ($0 - meanTime) * ($0 - meanTime) }.compensatedSum
        let slope = covariance / variance
        return (slope, meanValue - slope * meanTime)
    }
}
