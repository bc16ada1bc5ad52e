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

    /// All of its points, oldest first.
    func points() -> [Point] {
        var points: [Point] = []
        for part in earlier { part.append(to: &points) }
        home.append(to: &points)
        return points
    }

    /// The newest of its points.
    func newest() -> Point? {
        home.newest() ?? earlier.lazy.reversed().compactMap { $0.newest() }.first
    }
}

extension Excerpt.Part {
    fileprivate func append(to points: inout [Point]) {
        guard from <= through else { return }
        let rows = head.times.count { $0 >= from && $0 <= through }
        let near = blocks.lazy.filter { $0.last >= from && $0.first <= through }
        points.reserveCapacity(points.count + near.reduce(rows) { $0 + $1.count })
        for block in near { append(block, to: &points) }
        for (index, time) in head.times.enumerated() where time >= from && time <= through {
            points.append(point(time, head.rows[index * width + column]))
        }
    }

    private func append(_ block: Block, to points: inout [Point]) {
        let times = block.times()
        var index = 0
        block.readValues(of: column) { value in
            let time = times[index]
            index += 1
            if time >= from && time <= through { points.append(point(time, value)) }
        }
    }

    fileprivate func newest() -> Point? {
        guard from <= through else { return nil }
        if let row = head.times.lastIndex(where: { $0 <= through }) {
            return head.times[row] < from ? nil : point(head.times[row], head.rows[row * width + column])
        }
        guard let block = blocks.last(where: { $0.first <= through }), block.last >= from else { return nil }
        var points: [Point] = []
        append(block, to: &points)
        return points.last
    }

    private func point(_ time: Int64, _ value: Double) -> Point {
        Point(time: Timestamp(milliseconds: time), value: value)
    }
}
