// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Reading series: instant selectors, range selectors and subqueries.
extension Evaluator {
    /// When a selector reads at each step, in milliseconds.
    func times(_ shift: Shift, _ steps: Steps, _ node: Node) throws(Fault) -> Steps {
        let back = try shift.back?.milliseconds(in: frame, at: node.offset) ?? 0
        switch shift.fixed {
        case nil: return Steps(start: steps.start - back, end: steps.end - back, step: steps.step)
        case .at(let time): return Steps(at: time - back)
        case .start: return Steps(at: span.start - back)
        case .end: return Steps(at: span.end - back)
        }
    }

    /// The newest sample of each series within the lookback; one that ended has none.
    mutating func instants(_ selector: Selector, _ steps: Steps, _ node: Node) throws(Fault) -> Grid {
        let times = try times(selector.shift, steps, node)
        if selector.edges == .smoothed { return try smoothedInstants(selector, times, node) }
        if times.count == 1 {
            let found = newest(selector, times.start)
            try count(found.count, node)
            try checkSize(rows: found.count, width: 1, node)
            var grid = Grid(width: 1, capacity: found.count)
            for one in found where !one.point.isStale {
                grid.append(one.labels, CollectionOfOne(one.point.value))
            }
            return grid
        }
        let lookback = lookback
        return try rows(selector, times, node, before: dialect.lookback.milliseconds, after: 0) { points, time, place in
            guard place > 0, points[place - 1].time.milliseconds > time - lookback, !points[place - 1].isStale else {
                return nil
            }
            return points[place - 1].value
        }
    }

    /// In milliseconds, the older end counted as the dialect does.
    private var lookback: Int64 { dialect.lookback.milliseconds - olderEnd }

    /// The newest point of each series within the lookback, markers of an end among them.
    func newest(_ selector: Selector, _ time: Int64) -> [SeriesPoint] {
        source.newestPoints(
            of: selector.selection, after: Timestamp(milliseconds: time - lookback),
            through: Timestamp(milliseconds: time))
    }

    /// Values between the samples before and after each instant, both within the lookback; markers of an end don't count.
    private mutating func smoothedInstants(_ selector: Selector, _ times: Steps, _ node: Node) throws(Fault) -> Grid {
        let (lookback, reach) = (lookback, dialect.lookback.milliseconds)
        return try rows(selector, times, node, before: reach, after: reach) { points, time, place in
            let before = points[..<place].last { !$0.isStale && $0.time.milliseconds > time - lookback }
            let after = points[place...].first { !$0.isStale && $0.time.milliseconds <= time + reach }
            guard let before, let after else { return before?.value }
            return ExtendedRange.between(before, after, at: time)
        }
    }

    /// A row for each series: `value` gets its points, the instant, and how many points are not later than that.
    private mutating func rows(
        _ selector: Selector, _ times: Steps, _ node: Node, before: Int64, after: Int64,
        _ value: ([Point], Int64, Int) -> Double?
    ) throws(Fault) -> Grid {
        let found = try points(of: selector, from: times.start - before, through: times.end + after, node)
        try count(found.reduce(0) { $0 + $1.points.count }, node)
        try checkSize(rows: found.count, width: times.count, node)
        var grid = Grid(width: times.count, capacity: found.count)
        for series in found {
            try checkTime(node)
            let row = grid.appendEmpty(series.labels)
            var place = 0
            for step in 0..<times.count {
                let time = times[step]
                while place < series.points.count, series.points[place].time.milliseconds <= time { place += 1 }
                if let value = value(series.points, time, place) { grid[row, step] = value }
            }
        }
        return grid.compacted
    }

    /// - Parameter after: excluded, or included as in Prometheus 2.
    func points(
        of selector: Selector, from after: Int64, through: Int64, _ node: Node
    ) throws(Fault) -> [SeriesPoints] {
        source.points(
            of: narrowed(selector.selection), after: Timestamp(milliseconds: after + olderEnd),
            through: Timestamp(milliseconds: through), limit: samplesLeft)
    }

    // MARK: Ranges

    mutating func windows(of node: Node, _ steps: Steps) throws(Fault) -> Windows {
        switch node.kind {
        case .range(let selector, let range): return try windows(selector, range, steps, node)
        case .subquery(let subquery): return try windows(subquery, steps, node)
        case .parentheses(let inner): return try windows(of: inner, steps)
        default: throw Fault("a range vector is needed here", at: node.offset)
        }
    }

    private mutating func windows(
        _ selector: Selector, _ range: TimeSpan, _ steps: Steps, _ node: Node
    ) throws(Fault) -> Windows {
        let length = try positive(range, "a range", node)
        let ends = try times(selector.shift, steps, node)
        let reach = dialect.lookback.milliseconds
        let found = try points(
            of: selector, from: ends.start - length - (selector.edges == .plain ? 0 : reach),
            through: ends.end + (selector.edges == .smoothed ? reach : 0), node)
        try count(found.reduce(0) { $0 + $1.points.count }, node)
        try checkSize(rows: found.count, width: 1, node)
        let rows = found.map { series in
            Windows.Row(
                labels: series.labels, isNameless: false,
                points: series.points.contains(where: \.isStale) ? series.points.filter { !$0.isStale } : series.points)
        }
        return Windows(
            rows: rows, ends: ends, length: length, olderEnd: olderEnd, edges: selector.edges, lookback: reach)
    }

    /// The inner query at each multiple of the step within all of the windows together.
    private mutating func windows(_ subquery: Node.Subquery, _ steps: Steps, _ node: Node) throws(Fault) -> Windows {
        let length = try positive(subquery.range, "the range of a subquery", node)
        let step =
            try subquery.step.map { (span) throws(Fault) in
                try positive(span, "the step of a subquery", node)
            } ?? dialect.defaultStep.milliseconds
        let ends = try times(subquery.shift, steps, node)
        let after = ends.start - length + olderEnd
        // The first multiple later than `after`, also before 1970.
        let first = (after >= 0 ? after / step : -((-after + step - 1) / step)) * step + step
        let inner = Steps(start: first, end: ends.end, step: step)
        guard first <= ends.end else {
            return Windows(rows: [], ends: ends, length: length, olderEnd: olderEnd)
        }
        guard inner.count <= limits.samples else {
            throw Fault("a subquery of \(inner.count) steps is too long; make its step longer", at: node.offset)
        }
        // One step alone would have no step to be evaluated at.
        let grid = try value(of: subquery.inner, inner).grid(inner.count)
        try count(grid.values.count, node)
        let rows = grid.labels.indices.map { row in
            let points = grid.row(row).enumerated().compactMap { step, value in
                Grid.isPresent(value) ? Point(time: Timestamp(milliseconds: inner[step]), value: value) : nil
            }
            return Windows.Row(labels: grid.labels[row], isNameless: grid.isNameless[row], points: points)
        }
        return Windows(rows: rows, ends: ends, length: length, olderEnd: olderEnd)
    }

    private func positive(_ span: TimeSpan, _ what: String, _ node: Node) throws(Fault) -> Int64 {
        let milliseconds = try span.milliseconds(in: frame, at: node.offset)
        guard milliseconds > 0 else { throw Fault("\(what) must be longer than 0", at: node.offset) }
        return milliseconds
    }
}
