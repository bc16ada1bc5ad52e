// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Aggregators that pick series and leave them as they are: `topk`, `bottomk`, `limitk`, `limit_ratio`.
struct Selection {
    private let operation: Aggregator
    private let limits: Limits
    private let offset: Int

    init(_ operation: Aggregator, _ limits: Limits, at offset: Int) {
        self.operation = operation
        self.limits = limits
        self.offset = offset
    }

    func pick(
        _ grid: Grid, _ members: [[Int]], _ numbers: [Double], _ notes: inout Notes, _ parameter: Node?
    ) throws(Fault) -> Grid {
        var picked = Grid(width: grid.width, capacity: grid.count)
        // At one instant the rows come in the order of the ranks, else in the order of the series.
        var order: [Int] = []
        var kept = Array(repeating: false, count: grid.values.count)
        for step in 0..<grid.width {
            try limits.checkTime(at: offset)
            let number = numbers[step]
            let wanted = try operation == .limitRatio ? 0 : count(number)
            let ratio = operation == .limitRatio ? try self.ratio(number, &notes, parameter) : 0
            for rows in members {
                let present = rows.filter { grid.isPresent($0, step) }
                let chosen =
                    operation == .limitRatio
                    ? present.filter { Self.isChosen(grid.visible($0), ratio) }
                    : Array(ranked(present, grid, step).prefix(wanted))
                for row in chosen { kept[row * grid.width + step] = true }
                if grid.width == 1 { order += chosen }
            }
        }
        for row in grid.width == 1 ? order : Array(grid.labels.indices) {
            var values = Array(grid.row(row))
            for step in values.indices where !kept[row * grid.width + step] { values[step] = Grid.absent }
            picked.append(grid.labels[row], isNameless: grid.isNameless[row], values)
        }
        return picked.compacted
    }

    private func count(_ number: Double) throws(Fault) -> Int {
        guard !number.isNaN, let count = Int(exactly: number.rounded(.towardZero)) else {
            throw Fault(
                "\(operation.rawValue) needs a number of series, not \(NumberText.format(number))", at: offset)
        }
        return max(0, count)
    }

    private func ratio(_ number: Double, _ notes: inout Notes, _ parameter: Node?) throws(Fault) -> Double {
        guard !number.isNaN else { throw Fault("limit_ratio needs a ratio, not NaN", at: offset) }
        let capped = min(1, max(-1, number))
        if capped != number {
            notes.add(
                .warning,
                "ratio value should be between -1 and 1, got \(NumberText.format(number)), "
                    + "capping to \(NumberText.format(capped))", at: parameter?.start ?? offset)
        }
        return capped
    }

    /// By value; what is no number comes last either way, equals stay in their order.
    private func ranked(_ rows: [Int], _ grid: Grid, _ step: Int) -> [Int] {
        guard operation != .limitk else { return rows }
        let isDescending = operation == .topk
        return rows.enumerated().sorted { left, right in
            let (first, second) = (grid[left.element, step], grid[right.element, step])
            if first.isNaN || second.isNaN {
                return first.isNaN == second.isNaN ? left.offset < right.offset : second.isNaN
            }
            if first == second { return left.offset < right.offset }
            return isDescending ? first > second : first < second
        }.map(\.element)
    }

    /// A hash of the labels, the same at all times and on all hosts, decides: below the ratio, or, where that is
    /// negative, above its complement.
    private static func isChosen(_ labels: Labels, _ ratio: Double) -> Bool {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for label in labels.all {
            for byte in label.name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
            for byte in label.value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        // FNV leaves the upper bits of short texts alike.
        hash ^= hash >> 32
        hash &*= 0x9E37_79B9_7F4A_7C15
        let place = Double(hash >> 11) / Double(1 << 53 as UInt64)
        return ratio >= 0 ? place < ratio : place >= 1 + ratio
    }
}
