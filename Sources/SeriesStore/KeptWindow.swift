// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What was decoded of a series for a window, kept for the next one of the same length: a rule's windows overlap, and
/// little in them is new.
struct KeptWindow: Sendable {
    var points: [Point] = []
    /// All points are there that are later than this,
    var after = Int64.max
    /// and not later than this. The series had a later one, so that nothing of this can change any more. What `points`
    /// has after it can.
    var settled = Int64.min

    /// Whether a window after `after` and through `through` may begin with it.
    func serves(after: Int64, through: Int64) -> Bool { self.after <= after && settled <= through }

    /// Cuts off what is at or before `after`, and what is not settled.
    mutating func cut(after: Int64) {
        while let last = points.last, last.time.milliseconds > settled { points.removeLast() }
        let old = points.prefix { $0.time.milliseconds <= after }.count
        if old > 0 { points.removeFirst(old) }
    }
}

/// The windows of a selection's series, by their places, for the last two lengths that were asked for.
struct KeptWindows {
    private struct Row {
        let length: Int64
        /// Empty until a length is asked for again: seldom is a query's, always a rule's.
        var windows: [KeptWindow]?
        var count = 0
    }

    private var rows: [Row] = []

    /// How many points there are.
    var count: Int { rows.reduce(0) { $0 + $1.count } }

    /// Takes out those of `places`; nil when windows of this length are not kept.
    mutating func take(_ places: Range<Int>, length: Int64) -> [KeptWindow]? {
        guard let index = rows.firstIndex(where: { $0.length == length }) else {
            // A reader begins at place 0.
            if rows.count > 1 { rows.removeFirst() }
            rows.append(Row(length: length))
            return nil
        }
        guard var windows = rows[index].windows else {
            if places.lowerBound == 0 { rows[index].windows = [] }
            return places.lowerBound == 0 ? places.map { _ in KeptWindow() } : nil
        }
        rows[index].windows = nil
        defer { rows[index].windows = windows }
        return places.map { place in
            guard place < windows.count else { return KeptWindow() }
            let window = windows[place]
            windows[place] = KeptWindow()
            rows[index].count -= window.points.count
            return window
        }
    }

    /// Puts windows where `take` took them; without effect when they are not kept any more.
    mutating func put(_ some: [KeptWindow], at places: Range<Int>, length: Int64) {
        guard let index = rows.firstIndex(where: { $0.length == length }), var windows = rows[index].windows else {
            return
        }
        rows[index].windows = nil
        while windows.count < places.upperBound { windows.append(KeptWindow()) }
        for (place, window) in zip(places, some) {
            rows[index].count += window.points.count - windows[place].points.count
            windows[place] = window
        }
        rows[index].windows = windows
    }
}
