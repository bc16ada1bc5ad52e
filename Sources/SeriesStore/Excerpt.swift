// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What a reader takes of one series out of the store's lock: shared blocks and heads, decoded outside.
struct Excerpt: Sendable {
    struct Part: Sendable {
        let blocks: [Block]
        let head: Head
        let width: Int
        let column: Int
        /// Both ends are in it.
        let from: Int64
        let through: Int64
    }

    let labels: Labels
    let home: Part
    /// Oldest first.
    var earlier: [Part] = []

    init(labels: Labels, home: Part) {
        self.labels = labels
        self.home = home
    }

    /// Memory that one block after another is decoded to.
    struct Scratch {
        fileprivate var times: [Int64] = []
        fileprivate var values: [Double] = []
    }

    /// Appends all of its points, oldest first.
    func append(to points: inout [Point], _ scratch: inout Scratch) {
        for part in earlier { part.append(to: &points, &scratch) }
        home.append(to: &points, &scratch)
    }

    /// The newest of its points.
    func newest(_ scratch: inout Scratch) -> Point? {
        if let point = home.newest(&scratch) { return point }
        for part in earlier.reversed() {
            if let point = part.newest(&scratch) { return point }
        }
        return nil
    }
}

extension Excerpt.Part {
    fileprivate func append(to points: inout [Point], _ scratch: inout Excerpt.Scratch) {
        guard from <= through else { return }
        // By their places, since a copy of each block that is passed over would cost more than the rest.
        var start = blocks.count
        var count = head.times.count
        while start > 0, blocks[start - 1].last >= from {
            start -= 1
            if blocks[start].first <= through { count += blocks[start].count }
        }
        points.reserveCapacity(points.count + count)
        for place in start..<blocks.count where blocks[place].first <= through {
            append(blocks[place], to: &points, &scratch)
        }
        let rows = head.times.firstIndex { $0 >= from } ?? head.times.count
        let end = rows + head.times[rows...].prefix { $0 <= through }.count
        for row in rows..<end { points.append(point(head.times[row], head.rows[row * width + column])) }
    }

    private func append(_ block: Block, to points: inout [Point], _ scratch: inout Excerpt.Scratch) {
        block.readTimes(into: &scratch.times)
        var rows = 0..<block.count
        if block.first < from { rows = (rows.first { scratch.times[$0] >= from } ?? block.count)..<block.count }
        if block.last > through { rows = rows.prefix { scratch.times[$0] <= through } }
        guard !rows.isEmpty else { return }
        block.readValues(of: column, into: &scratch.values)
        for row in rows { points.append(point(scratch.times[row], scratch.values[row])) }
    }

    fileprivate func newest(_ scratch: inout Excerpt.Scratch) -> Point? {
        guard from <= through else { return nil }
        if let row = head.times.lastIndex(where: { $0 <= through }) {
            return head.times[row] < from ? nil : point(head.times[row], head.rows[row * width + column])
        }
        var place = blocks.count - 1
        while place >= 0, blocks[place].first > through { place -= 1 }
        guard place >= 0, blocks[place].last >= from else { return nil }
        let block = blocks[place]
        block.readTimes(into: &scratch.times)
        let times = scratch.times[..<block.count]
        guard let row = times.lastIndex(where: { $0 <= through }), times[row] >= from else { return nil }
        block.readValues(of: column, into: &scratch.values)
        return point(times[row], scratch.values[row])
    }

    private func point(_ time: Int64, _ value: Double) -> Point {
        Point(time: Timestamp(milliseconds: time), value: value)
    }
}
