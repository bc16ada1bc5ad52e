// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// How values change within a window: of counters, which begin at 0 again, and of gauges.
enum CounterFunctions {
    static let all = [
        over("changes") { window in
            Double(window.pairs.count { $0.value != $1.value && !($0.value.isNaN && $1.value.isNaN) })
        },
        over("delta") { extrapolated($0, isCounter: false) },
        over("idelta") { $0.lastTwo.map { $1.value - $0.value } },
        over("increase", remark: remarkOnName) { extrapolated($0, isCounter: true) },
        over("irate") { window in
            window.lastTwo.flatMap { before, last in
                let risen = last.value < before.value ? last.value : last.value - before.value
                let seconds = (last.time - before.time).inSeconds
                return seconds > 0 ? risen / seconds : nil
            }
        },
        over("rate", remark: remarkOnName) { window in
            extrapolated(window, isCounter: true, over: window.lengthSeconds)
        },
        over("resets") { window in Double(window.pairs.count { $1.value < $0.value }) },
    ]

    private static func over(
        _ name: String, remark: (@Sendable (String) -> String?)? = nil,
        _ body: @escaping @Sendable (RangeWindow) -> Double?
    ) -> Function {
        Function(name: name, arguments: [.matrix], remarkOnName: remark, body: .range { window, _ in body(window) })
    }

    /// Prometheus's hint for names that don't look like a counter's.
    private static let remarkOnName: @Sendable (String) -> String? = { name in
        guard !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) else { return nil }
        return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"\(name)\""
    }

    /// The difference over the whole window: what lies between the first and the last point, stretched to the window's
    /// ends where the points come near enough to them (within 1.1 times their mean distance), else by half that
    /// distance; a counter is never stretched back beyond where it would have been 0.
    ///
    /// - Parameter seconds: what it is divided by.
    private static func extrapolated(_ window: RangeWindow, isCounter: Bool, over seconds: Double = 1) -> Double? {
        guard let first = window.points.first, let last = window.points.last, window.points.count > 1 else {
            return nil
        }
        var difference = last.value - first.value
        if isCounter {
            for (before, after) in window.pairs where after.value < before.value { difference += before.value }
        }
        // The ends of an extended range are points themselves.
        guard window.edges == .plain else { return difference / seconds }
        let sampled = (last.time - first.time).inSeconds
        let mean = sampled / Double(window.points.count - 1)
        var toStart = Double(first.time.milliseconds - (window.end - window.length)) / 1000
        var toEnd = Double(window.end - last.time.milliseconds) / 1000
        var toZero = Double.infinity
        if isCounter, difference > 0, first.value >= 0 { toZero = sampled * (first.value / difference) }
        // Prometheus 2 asks where the counter was 0 before it asks how near the points come.
        if window.version == .two { toStart = min(toStart, toZero) }
        if toStart >= mean * 1.1 { toStart = mean / 2 }
        if window.version == .three { toStart = min(toStart, toZero) }
        if toEnd >= mean * 1.1 { toEnd = mean / 2 }
        // In this order, so that the last digit is Prometheus's.
        return difference * ((sampled + toStart + toEnd) / sampled / seconds)
    }
}

extension RangeWindow {
    /// Each point with the one after it.
    var pairs: some Sequence<(Point, Point)> { zip(points, points.dropFirst()) }

    var lastTwo: (Point, Point)? {
        points.count > 1 ? (points[points.endIndex - 2], points[points.endIndex - 1]) : nil
    }
}
