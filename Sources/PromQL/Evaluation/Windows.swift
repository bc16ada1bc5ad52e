// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// A range vector at each step: the points of each series in the windows (end - length, end].
struct Windows {
    struct Row {
        let labels: Labels
        let isNameless: Bool
        /// Of all windows together, none of them a marker.
        let points: [Point]

        var visible: Labels { isNameless ? labels.withoutMetadata : labels }
    }

    let rows: [Row]
    /// The windows' ends; one for all steps where the time is fixed.
    let ends: Steps
    /// In milliseconds, as are all times here.
    let length: Int64
    /// -1 where a window's older end belongs to it.
    let olderEnd: Int64
    var edges = Edges.plain
    var lookback: Int64 = 0
    /// Whether a value smaller than the one before means that a counter began anew.
    var isCounter = false

    /// The points of a window.
    func window(_ points: [Point], at step: Int) -> ArraySlice<Point> {
        var cursor = Cursor()
        return cursor.window(points, end: ends[min(step, ends.count - 1)], in: self)
    }

    /// Moves through a row's points as the windows move on.
    struct Cursor {
        private var low = 0
        private var high = 0

        /// The next window, not before the last one; with its ends as `edges` says.
        mutating func window(_ points: [Point], end: Int64, in windows: Windows) -> ArraySlice<Point> {
            let after = end - windows.length + windows.olderEnd
            while high < points.count, points[high].time.milliseconds <= end { high += 1 }
            while low < high, points[low].time.milliseconds <= after { low += 1 }
            guard windows.edges != .plain else { return points[low..<high] }
            return ExtendedRange.extended(points, end: end, windows)[...]
        }
    }
}

/// The points of one series in a window; never empty.
struct RangeWindow {
    let points: ArraySlice<Point>
    /// In milliseconds since 1970. The window is (end - length, end].
    let end: Int64
    /// In milliseconds.
    let length: Int64
    /// When the query is evaluated, which an offset does not move, in milliseconds.
    let evaluated: Int64
    let edges: Edges
    let version: Dialect.Version

    var values: some Collection<Double> { points.lazy.map(\.value) }
    var lengthSeconds: Double { Double(length) / 1000 }
}
