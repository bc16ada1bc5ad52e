// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Double exponential smoothing (Holt's linear method), by both of its names.
enum SmoothingFunctions {
    static let all = [
        smoothing("double_exponential_smoothing", .experimental), smoothing("holt_winters", .versionTwo),
    ]

    private static func smoothing(_ name: String, _ availability: Function.Availability) -> Function {
        Function(
            name: name, arguments: [.matrix, .scalar, .scalar], availability: availability,
            refusal: { numbers in
                for (index, factor) in numbers.enumerated() where factor <= 0 || factor >= 1 {
                    let kind = index == 0 ? "smoothing" : "trend"
                    return "the \(kind) factor must lie between 0 and 1, not be \(NumberText.format(factor))"
                }
                return nil
            }, body: .range { window, numbers in smoothed(window, numbers[0], numbers[1]) })
    }

    private static func smoothed(_ window: RangeWindow, _ level: Double, _ trend: Double) -> Double? {
        let values = Array(window.values)
        guard values.count > 1 else { return nil }
        var before = 0.0
        var now = values[0]
        var slope = values[1] - values[0]
        for index in 1..<values.count {
            if index > 1 { slope = trend * (now - before) + (1 - trend) * slope }
            before = now
            now = level * values[index] + (1 - level) * (now + slope)
        }
        return now
    }
}
