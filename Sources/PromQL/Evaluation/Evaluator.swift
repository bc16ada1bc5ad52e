// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Walks a checked tree once, for all steps of a query together.
struct Evaluator<Source: SeriesSource> {
    let source: Source
    /// Those of the whole query.
    let steps: Steps
    let span: Span
    let dialect: Dialect
    let limits: Limits
    var notes = Notes()
    /// Where only series of some groups matter: these.
    var needed: LabelGroups?
    var labelBytesLeft: Int
    private var samples = 0
    /// Values of operands that wait for the others of their operation.
    var waiting = 0

    init(source: Source, span: Span, dialect: Dialect, limits: Limits) {
        self.source = source
        self.span = span
        steps = Steps(start: span.start, end: span.end, step: span.step)
        self.dialect = dialect
        self.limits = limits
        labelBytesLeft = limits.labelBytes
    }

    /// What the durations of the query are reckoned from.
    var frame: TimeSpan.Frame { TimeSpan.Frame(step: span.step, range: span.end - span.start) }
    /// Added to the older end of a range where that belongs to it, as in Prometheus 2.
    var olderEnd: Int64 { dialect.version == .two ? -1 : 0 }

    // MARK: Results

    mutating func instantValue(of root: Node) throws(Fault) -> QueryValue {
        let time = Timestamp(milliseconds: steps.start)
        if root.type == .matrix {
            let windows = try windows(of: root.bare, steps)
            let rows = windows.rows.compactMap { row -> SeriesPoints? in
                let points = windows.window(row.points, at: 0)
                return points.isEmpty ? nil : SeriesPoints(labels: row.visible, points: Array(points))
            }
            return .matrix(rows)
        }
        switch try value(of: root, steps) {
        case .scalar(let values): return .scalar(values[0])
        case .string(let text): return .string(text)
        case .vector(let grid):
            let final = try distinct(grid, root, isFinal: true)
            return .vector(
                final.labels.indices.map {
                    VectorSample(labels: final.visible($0), value: final.values[$0], time: time)
                })
        }
    }

    /// The points of each series, in the order of their labels.
    mutating func series(of root: Node) throws(Fault) -> [SeriesPoints] {
        switch try value(of: root, steps) {
        case .scalar(let values):
            return [SeriesPoints(labels: .none, points: points(values[...]))]
        case .string: return []
        case .vector(let grid):
            let final = try distinct(grid, root, isFinal: true).compacted
            return final.labels.indices.map {
                SeriesPoints(labels: final.visible($0), points: points(final.row($0)))
            }.sorted { $0.labels.isBefore($1.labels) }
        }
    }

    private func points(_ row: ArraySlice<Double>) -> [Point] {
        row.enumerated().compactMap { step, value in
            Grid.isPresent(value) ? Point(time: Timestamp(milliseconds: steps[step]), value: value) : nil
        }
    }

    // MARK: Nodes

    mutating func value(of node: Node, _ steps: Steps) throws(Fault) -> PartValue {
        try checkTime(node)
        if steps.count > 1, node.isInvariant {
            return try repeated(value(of: node, Steps(at: steps.start)), steps.count, node)
        }
        let width = steps.count
        switch node.kind {
        case .number(let value): return .scalar(Array(repeating: value, count: width))
        case .string(let text): return .string(text)
        case .selector(let selector): return .vector(try instants(selector, steps, node))
        case .range, .subquery: throw Fault("a range vector can't stand here", at: node.offset)
        case .parentheses(let inner), .plus(let inner): return try value(of: inner, steps)
        case .negation(let inner): return try negated(value(of: inner, steps), node)
        case .binary(let binary): return try self.binary(binary, node, steps)
        case .call(let call): return try self.call(call, node, steps)
        case .aggregation(let one):
            let parameter = try one.parameter.map { (node) throws(Fault) in try value(of: node, steps) }
            var aggregation = Aggregation(one, at: node.offset, dialect, limits)
            let folded = try aggregation.fold(value(of: one.operand, steps).grid(width), parameter, &notes)
            return .vector(try bounded(folded, node))
        }
    }

    /// One column in all columns.
    private func repeated(_ value: PartValue, _ count: Int, _ node: Node) throws(Fault) -> PartValue {
        switch value {
        case .scalar(let values): return .scalar(Array(repeating: values[0], count: count))
        case .string: return value
        case .vector(let one):
            try checkSize(rows: one.count, width: count, node)
            var grid = Grid(width: count, capacity: one.count)
            for row in one.labels.indices {
                grid.append(
                    one.labels[row], isNameless: one.isNameless[row], repeatElement(one.values[row], count: count))
            }
            return .vector(grid)
        }
    }

    private func negated(_ value: PartValue, _ node: Node) throws(Fault) -> PartValue {
        guard case .vector(var grid) = value else { return .scalar(value.scalars(0).map { -$0 }) }
        grid.map { value, _ in -value }
        grid.dropNames()
        return .vector(try distinctSeries(grid, node))
    }

    private mutating func binary(_ binary: Node.Binary, _ node: Node, _ steps: Steps) throws(Fault) -> PartValue {
        let left = try value(of: binary.left, steps)
        waiting += left.size
        defer { waiting -= left.size }
        let right = try narrowed(to: binary.canNarrow ? left : nil, binary.matching) {
            (evaluator) throws(Fault) in try evaluator.value(of: binary.right, steps)
        }
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)):
            return .scalar(zip(left, right).map { binary.operation.apply($0, $1) })
        case (.vector(let grid), .scalar(let numbers)):
            return .vector(
                try distinct(VectorArithmetic.combine(grid, numbers, isLeft: true, binary, dialect.version), node))
        case (.scalar(let numbers), .vector(let grid)):
            return .vector(
                try distinct(VectorArithmetic.combine(grid, numbers, isLeft: false, binary, dialect.version), node))
        default:
            let (left, right) = (left.grid(steps.count), right.grid(steps.count))
            if binary.operation.isSet {
                return .vector(
                    try distinct(SetOperation.apply(left, right, binary, seesNames: dialect.isExperimental), node))
            }
            var match = VectorMatch(binary, dialect, limits, at: node.offset)
            let result = try match.apply(left, right)
            return .vector(try binary.dropsName(dialect.version) ? distinct(result, node) : bounded(result, node))
        }
    }

    // MARK: Bounds

    func checkTime(_ node: Node) throws(Fault) {
        try limits.checkTime(at: node.offset)
    }

    mutating func count(_ points: Int, _ node: Node) throws(Fault) {
        samples += points
        guard samples <= limits.samples else {
            throw Fault(
                "the query reads more than \(limits.samples) samples; narrow its selectors", at: node.offset)
        }
    }

    var samplesLeft: Int { limits.samples - samples }

    func checkSize(rows: Int, width: Int, _ node: Node) throws(Fault) {
        try limits.checkSize(rows: rows, width: width, beside: waiting, at: node.offset)
    }

    func bounded(_ grid: Grid, _ node: Node) throws(Fault) -> Grid {
        try checkSize(rows: grid.count, width: grid.width, node)
        return grid
    }

    /// Series that only their names told apart become one where they never meet, and are an error where they do. With
    /// the experimental dialect that is asked of the result only.
    func distinct(_ grid: Grid, _ node: Node, isFinal: Bool = false) throws(Fault) -> Grid {
        try checkSize(rows: grid.count, width: grid.width, node)
        guard isFinal || !dialect.isExperimental, grid.mayHaveTwins else { return grid }
        return try Twins.merged(grid, at: node.offset)
    }

    /// The same where Prometheus 2 looks at series, not at steps: there an error also where they never meet.
    func distinctSeries(_ grid: Grid, _ node: Node) throws(Fault) -> Grid {
        guard dialect.version == .two, !dialect.isExperimental, grid.mayHaveTwins else {
            return try distinct(grid, node)
        }
        return try Twins.merged(grid, at: node.offset, mayMerge: false)
    }
}

extension Labels {
    /// The order in which Prometheus sorts series: label by label.
    func isBefore(_ other: Labels) -> Bool {
        for (mine, theirs) in zip(all, other.all) {
            if mine.name != theirs.name { return mine.name < theirs.name }
            if mine.value != theirs.value { return mine.value < theirs.value }
        }
        return all.count < other.all.count
    }
}
