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

    /// All of its points, oldest first. `times` is memory that one series after another uses.
    func points(_ times: inout [Int64]) -> [Point] {
        var points: [Point] = []
        for part in earlier { part.append(to: &points, &times) }
        home.append(to: &points, &times)
        return points
    }

    /// The newest of its points.
    func newest(_ times: inout [Int64]) -> Point? {
        if let point = home.newest(&times) { return point }
        for part in earlier.reversed() {
            if let point = part.newest(&times) { return point }
        }
        return nil
    }
}

extension Excerpt.Part {
    fileprivate func append(to points: inout [Point], _ times: inout [Int64]) {
        guard from <= through else { return }
        // By their places, since a copy of each block that is passed over would cost more than the rest.
        var start = blocks.count
        var count = head.times.count { $0 >= from && $0 <= through }
        while start > 0, blocks[start - 1].last >= from {
            start -= 1
            if blocks[start].first <= through { count += blocks[start].count }
        }
        points.reserveCapacity(points.count + count)
        for place in start..<blocks.count where blocks[place].first <= through {
            append(blocks[place], to: &points, &times)
        }
        for (index, time) in head.times.enumerated() where time >= from && time <= through {
            points.append(point(time, head.rows[index * width + column]))
        }
    }

    private func append(_ block: Block, to points: inout [Point], _ times: inout [Int64]) {
        block.readTimes(into: &times)
        var index = 0
        block.readValues(of: column) { value in
            let time = times[index]
            index += 1
            if time >= from && time <= through { points.append(point(time, value)) }
        }
    }

    fileprivate func newest(_ times: inout [Int64]) -> Point? {
        guard from <= through else { return nil }
        if let row = head.times.lastIndex(where: { $0 <= through }) {
            return head.times[row] < from ? nil : point(head.times[row], head.rows[row * width + column])
        }
        var place = blocks.count - 1
        while place >= 0, blocks[place].first > through { place -= 1 }
        guard place >= 0, blocks[place].last >= from else { return nil }
        let block = blocks[place]
        block.readTimes(into: &times)
        guard let row = times.lastIndex(where: { $0 <= through }), times[row] >= from else { return nil }
        var newest = 0.0
        var index = 0
        block.readValues(of: column) { value in
            if index == row { newest = value }
            index += 1
        }
        return point(times[row], newest)
    }

    private func point(_ time: Int64, _ value: Double) -> Point {
        Point(time: Timestamp(milliseconds: time), value: value)
    }
}
