// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Rows that have the same labels once their names are gone.
enum Twins {
    /// One row for all that never have a sample at the same step; an error where two do.
    ///
    /// - Parameters:
    ///   - seesNames: whether names that are gone still tell rows apart.
    ///   - mayMerge: false for an error also where they never meet.
    static func merged(_ grid: Grid, at offset: Int, seesNames: Bool = false, mayMerge: Bool = true) throws(Fault)
        -> Grid
    {
        var groups = LabelGroups(by: [], isBy: false)
        var result = Grid(width: grid.width, capacity: grid.count)
        // Rows whose names are still there are told apart by them as well.
        var places: [Key: Int] = [:]
        for row in grid.labels.indices {
            let isNameless = grid.isNameless[row]
            let group = groups.group(of: grid.labels[row], isNameless: isNameless)
            let key = Key(group: group, name: isNameless && !seesNames ? nil : grid.labels[row].name)
            guard let place = places[key] else {
                places[key] = result.count
                result.append(grid.labels[row], isNameless: isNameless, grid.row(row))
                continue
            }
            for step in 0..<grid.width where grid.isPresent(row, step) {
                guard mayMerge, !result.isPresent(place, step) else {
                    throw Fault("the result has two series with the labels \(grid.visible(row))", at: offset)
                }
                result[place, step] = grid[row, step]
            }
        }
        return result
    }

    private struct Key: Hashable {
        let group: Int
        let name: String?
    }
}

extension Grid {
    /// Whether two rows may have the same labels: not where all have the same name, or none, as it told none apart.
    var mayHaveTwins: Bool {
        guard count > 1 else { return false }
        let name = labels[0].name
        let isNameless = isNameless[0]
        return labels.indices.contains { row in
            labels[row].name != name || self.isNameless[row] != isNameless || isNameless && labels[row].hasTypeOrUnit
        }
    }
}
