// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Straight lines through the points of a window, by least squares.
enum TrendFunctions {
    static let all = [
        Function(
            name: "deriv", arguments: [.matrix],
            body: .range { window, _ in
                window.points.first.flatMap { line(window, at: $0.time.milliseconds)?.slope }
            }),
        Function(
            name: "predict_linear", arguments: [.matrix, .scalar], timeDependence: .yes,
            body: .range { window, numbers in
                line(window, at: window.evaluated).map { $0.value + $0.slope * numbers[0] }
            }),
    ]

    /// The slope a second, and the line's value at `origin`; nil with fewer than two points.
    private static func line(_ window: RangeWindow, at origin: Int64) -> (slope: Double, value: Double)? {
        guard window.points.count > 1, let first = window.points.first?.value else { return nil }
        if window.points.allSatisfy({ $0.value == first }) {
            return first.isInfinite ? (.nan, .nan) : (0, first)
        }
        let count = Double(window.points.count)
        var (times, values, products, squares) = (
            CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum()
        )
        for point in window.points {
            let time = Double(point.time.milliseconds - origin) / 1000
            times.add(time)
            values.add(point.value)
            products.add(time * point.value)
            squares.add(time * time)
        }
        let covariance = products.total - times.total * values.total / count
        let variance = squares.total - times.total * times.total / count
        let slope = covariance / variance
        // A sum that is too large is no number in Prometheus 2.
        if window.version == .two, values.sum.isInfinite || products.sum.isInfinite { return (.nan, .nan) }
        return (slope, values.total / count - slope * times.total / count)
    }
}
