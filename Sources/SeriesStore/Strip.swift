// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The newest points of a strip, as they came: the times, and at each time a value for each column.
///
/// A value: a reader takes it along, and a writer that comes meanwhile writes to a copy.
struct Head: Sendable {
    var times: [Int64] = []
    var rows: [Double] = []
}

/// Where in a batch the values of a strip stand, one a column.
struct StripPlaces {
    /// When they follow one another.
    let range: Range<Int>?
    /// When they do not.
    let indices: [Int32]

    init(_ indices: [Int32]) {
        let first = Int(indices.first ?? 0)
        let follow = indices.enumerated().allSatisfy { Int($1) == first + $0 }
        range = follow ? first..<first + indices.count : nil
        self.indices = follow ? [] : indices
    }
}

/// Series that get their points at the same times, and are kept equally long: some of a layout, or one by itself.
///
/// A column is a series' for as long as the series has no newer point elsewhere; the rows hold a value for the others as
/// well, which nobody sees. Guarded by the store's lock, as are its series.
final class Strip {
    /// The most columns: what is compressed at once is bounded by it.
    static let widest = 128
    /// How many rows are compressed at once, and how many blocks are then joined to one.
    private static let rowLimit = 16
    private static let joined = 4
    /// How many rows get memory at once.
    private static let growth = 8

    /// Until its end; then it has none.
    private(set) var columns: [Series]
    /// Columns whose series has its newest point elsewhere, or has none yet.
    private(set) var strangers: [Int]
    let width: Int
    /// The layout that it belongs to; nil for a series by itself.
    let layout: ObjectIdentifier?
    private(set) var blocks: [Block] = []
    /// Holds at least the newest row, so that another of the same time can take its place.
    private(set) var head = Head()
    private(set) var newest = Int64.min
    /// The row whose place the newest one took, when there were strangers.
    private var replaced: [Double] = []
    /// How long the least and the most wanted of its series are kept, in milliseconds.
    var keeps: ClosedRange<Int64>
    private var sealsAt: Int
    private var sealedBytes = 0
    private var sealedRows = 0

    /// `number` tells strips apart, so that not all of them compress in the same round.
    init(_ columns: [Series], layout: ObjectIdentifier?, keep: Int64, number: Int) {
        self.columns = columns
        keeps = keep...keep
        self.layout = layout
        width = columns.count
        strangers = Array(columns.indices)
        sealsAt = Self.rowLimit / 2 + number &* 7 % (Self.rowLimit / 2 + 1)
    }

    /// Begins a row, or empties the newest one when it has that time; false when there is a newer one.
    func begin(at time: Int64) -> Bool {
        guard !head.times.isEmpty else {
            add(time)
            return true
        }
        guard time >= newest else { return false }
        if time == newest {
            replaced = strangers.isEmpty ? [] : Array(head.rows.suffix(width))
            head.rows.removeLast(width)
        } else {
            replaced = []
            if head.times.count >= sealsAt { seal(sealsAt) }
            add(time)
        }
        return true
    }

    private func add(_ time: Int64) {
        // Not twice as large each time: most of a store may be heads.
        if head.rows.capacity < head.rows.count + width {
            head.times.reserveCapacity(head.times.count + Self.growth)
            head.rows.reserveCapacity(head.rows.count + Self.growth * width)
        }
        head.times.append(time)
        newest = time
    }

    /// The values of the row that was begun: those at the strip's places of a batch.
    func fill(_ values: [Double], at places: StripPlaces) {
        if let range = places.range {
            head.rows.append(contentsOf: values[range])
        } else {
            for index in places.indices { head.rows.append(values[Int(index)]) }
        }
    }

    func fill(_ value: Double) {
        head.rows.append(contentsOf: repeatElement(value, count: width))
    }

    /// The newest value of a column.
    func newestValue(_ column: Int) -> Double { head.rows[head.rows.count - width + column] }

    /// Whether all points later than `time` are in the head.
    func headBegins(after time: Int64) -> Bool { blocks.isEmpty || blocks[blocks.count - 1].last <= time }

    /// Appends a column's points of the head that are later than `after` and not later than `through`.
    func appendHead(of column: Int, after: Int64, through: Int64, to points: inout [Point]) {
        var row = head.times.count
        while row > 0, head.times[row - 1] > after { row -= 1 }
        while row < head.times.count, head.times[row] <= through {
            let time = Timestamp(milliseconds: head.times[row])
            points.append(Point(time: time, value: head.rows[row * width + column]))
            row += 1
        }
    }

    // MARK: Whose the columns are

    func set(_ column: Int, to series: Series) {
        columns[column] = series
    }

    /// The newest row is not for these columns: what it replaced may still be their series'.
    func setStrangers(_ columns: [Int]) {
        strangers = columns
        guard !replaced.isEmpty else { return }
        let start = head.rows.count - width
        for column in columns { head.rows[start + column] = replaced[column] }
        replaced = []
    }

    func lose(_ column: Int) {
        strangers.append(column)
    }

    /// It gets no more rows.
    func close() {
        seal(head.times.count - 1)
        // Copies, which have no room to grow.
        head.times = head.times.map { $0 }
        head.rows = head.rows.map { $0 }
    }

    /// Nothing of it is wanted any more.
    func end() {
        columns = []
        blocks = []
    }

    // MARK: Compression

    private func seal(_ count: Int) {
        guard count > 0 else { return }
        let rest = head.rows.count - count * width
        blocks.append(Block(times: head.times[..<count], rows: head.rows[..<(count * width)], width: width))
        tally(blocks[blocks.count - 1], 1)
        if head.times.count == count {
            head.times.removeAll(keepingCapacity: true)
            head.rows.removeAll(keepingCapacity: true)
        } else {
            head.times = Array(head.times[count...])
            head.rows = Array(head.rows.suffix(rest))
        }
        sealsAt = Self.rowLimit
        join()
    }

    private func tally(_ block: Block, _ sign: Int) {
        sealedBytes += sign * (block.bytes + MemoryLayout<Block>.stride)
        sealedRows += sign * block.count
    }

    /// Joins the newest small blocks to one, when all of it is wanted long enough.
    private func join() {
        let small = blocks.suffix(Self.joined)
        guard small.count == Self.joined, let first = small.first, let last = small.last,
            small.allSatisfy({ $0.count <= Self.rowLimit }), last.last &- first.first <= keeps.upperBound / 4
        else { return }
        let one = Block(joining: small, width: width)
        for block in small { tally(block, -1) }
        blocks.removeLast(Self.joined)
        blocks.append(one)
        tally(one, 1)
    }

    /// Drops blocks whose points are all at or before `time`.
    func drop(through time: Int64) {
        let old = blocks.prefix { $0.last <= time }
        guard !old.isEmpty else { return }
        for block in old { tally(block, -1) }
        blocks.removeFirst(old.count)
    }

    /// How many samples it holds, and what these take in memory.
    var samples: Int { (sealedRows + head.times.count) * width }
    var bytes: Int { sealedBytes + 64 + 8 * (head.times.capacity + head.rows.capacity) }
}
