// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The instants of an evaluation.
struct Steps {
    let start: Int64
    let step: Int64
    let count: Int

    init(start: Int64, end: Int64, step: Int64) {
        self.start = start
        self.step = step
        count = step > 0 && end >= start ? Int((end - start) / step) + 1 : start == end ? 1 : 0
    }

    /// One instant, with the frame's own step.
    init(at time: Int64) {
        self.init(start: time, end: time, step: 0)
    }

    /// Milliseconds since 1970.
    subscript(index: Int) -> Int64 { start + Int64(index) * step }
    var end: Int64 { self[max(0, count - 1)] }
}

/// What a query is evaluated over, in milliseconds: its end may lie behind its last step.
struct Span {
    let start: Int64
    let end: Int64
    let step: Int64
}

/// An instant vector at each step: one row a series, one column a step.
struct Grid {
    /// Where a series has no sample at a step: the bits of the stale marker, which no operation gives and no selector
    /// passes on.
    static let absent = StaleMarker.value

    let width: Int
    /// As the series were selected. The name of a row in `isNameless` is gone; it is cut off only where that shows.
    private(set) var labels: [Labels] = []
    private(set) var isNameless: [Bool] = []
    /// Row by row.
    var values: [Double] = []

    init(width: Int, capacity: Int = 0) {
        self.width = width
        labels.reserveCapacity(capacity)
        isNameless.reserveCapacity(capacity)
        values.reserveCapacity(capacity * width)
    }

    /// One series without labels.
    init(_ row: [Double], labels: Labels = .none) {
        self.init(width: row.count)
        append(labels, row)
    }

    var count: Int { labels.count }

    static func isPresent(_ value: Double) -> Bool { value.bitPattern != StaleMarker.bitPattern }

    func isPresent(_ row: Int, _ step: Int) -> Bool { Self.isPresent(values[row * width + step]) }

    subscript(row: Int, step: Int) -> Double {
        get { values[row * width + step] }
        set { values[row * width + step] = newValue }
    }

    func row(_ row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }

    mutating func append(_ labels: Labels, isNameless: Bool = false, _ row: some Collection<Double>) {
        self.labels.append(labels)
        self.isNameless.append(isNameless)
        values.append(contentsOf: row)
    }

    /// Adds a row without samples and returns its place.
    mutating func appendEmpty(_ labels: Labels, isNameless: Bool = false) -> Int {
        append(labels, isNameless: isNameless, repeatElement(Self.absent, count: width))
        return count - 1
    }

    /// The labels as they are seen: without the name that is gone.
    func visible(_ row: Int) -> Labels { isNameless[row] ? labels[row].withoutMetadata : labels[row] }

    mutating func relabel(_ row: Int, _ labels: Labels, isNameless: Bool = false) {
        self.labels[row] = labels
        self.isNameless[row] = isNameless
    }

    /// All names are gone from here on.
    mutating func dropNames() {
        for row in labels.indices { isNameless[row] = true }
    }

    /// Without the rows that have no sample at any step.
    var compacted: Grid {
        let kept = labels.indices.filter { row in self.row(row).contains(where: Self.isPresent) }
        guard kept.count < count else { return self }
        var result = Grid(width: width, capacity: kept.count)
        for row in kept { result.append(labels[row], isNameless: isNameless[row], self.row(row)) }
        return result
    }

    /// Each value present replaced by what `change` makes of it at its step.
    mutating func map(_ change: (Double, Int) -> Double) {
        guard width != 1 else {
            for index in values.indices where Self.isPresent(values[index]) { values[index] = change(values[index], 0) }
            return
        }
        for row in labels.indices {
            for step in 0..<width where isPresent(row, step) { self[row, step] = change(self[row, step], step) }
        }
    }
}

/// What a part of a query gives at each step.
enum PartValue {
    case scalar([Double])
    case string(String)
    case vector(Grid)

    /// The scalars; of anything else no numbers.
    func scalars(_ width: Int) -> [Double] {
        if case .scalar(let values) = self { values } else { Array(repeating: .nan, count: width) }
    }

    /// How many values it holds.
    var size: Int {
        switch self {
        case .scalar(let values): values.count
        case .string: 0
        case .vector(let grid): grid.values.count
        }
    }

    var string: String {
        if case .string(let text) = self { text } else { "" }
    }

    func grid(_ width: Int) -> Grid {
        if case .vector(let grid) = self { grid } else { Grid(width: width) }
    }
}
