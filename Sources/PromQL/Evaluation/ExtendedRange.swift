// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Range vectors with a point at each of their ends, `anchored` or `smoothed`.
enum ExtendedRange {
    /// The points in the window with what stands at its ends; empty when there is none at or after its beginning.
    static func extended(_ points: [Point], end: Int64, _ windows: Windows) -> [Point] {
        let start = end - windows.length
        let isSmoothed = windows.edges == .smoothed
        let reach = points.filter { point in
            let time = point.time.milliseconds
            return time > start - windows.lookback && time <= end + (isSmoothed ? windows.lookback : 0)
        }
        let before = reach.last { $0.time.milliseconds <= start }
        let inside = reach.filter { $0.time.milliseconds > start && $0.time.milliseconds < end }
        let after = reach.first { $0.time.milliseconds >= end }
        let atEnd = isSmoothed || after?.time.milliseconds == end ? after : nil
        // A later point alone says nothing of the window.
        if inside.isEmpty, before == nil, let atEnd, atEnd.time.milliseconds > end { return [] }
        guard let first = inside.first ?? atEnd, let last = atEnd ?? inside.last else { return [] }
        var result = [Point(time: Timestamp(milliseconds: start), value: left(before, first, start, windows))]
        result += inside
        let right =
            isSmoothed && last.time.milliseconds > end
            ? between(inside.last ?? before ?? last, last, at: end, isCounter: windows.isCounter) : last.value
        result.append(Point(time: Timestamp(milliseconds: end), value: right))
        return result
    }

    private static func left(_ before: Point?, _ first: Point, _ start: Int64, _ windows: Windows) -> Double {
        guard let before else { return first.value }
        guard windows.edges == .smoothed else { return before.value }
        // A counter that began anew between the two did so before the window.
        let wasReset = windows.isCounter && first.value < before.value
        return between(wasReset ? Point(time: before.time, value: 0) : before, first, at: start)
    }

    /// On the straight line between two points; a counter that begins anew between them goes on rising.
    static func between(_ before: Point, _ after: Point, at time: Int64, isCounter: Bool = false) -> Double {
        let span = Double(after.time.milliseconds - before.time.milliseconds)
        guard span > 0, time > before.time.milliseconds else { return before.value }
        let share = Double(time - before.time.milliseconds) / span
        let rise = isCounter && after.value < before.value ? after.value : after.value - before.value
        return before.value + rise * share
    }
}
