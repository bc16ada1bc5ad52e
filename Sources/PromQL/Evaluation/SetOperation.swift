// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `and`, `or`, `unless`: which series stay, by the labels that are there on the other side.
enum SetOperation {
    static func apply(
        _ left: Grid, _ right: Grid, _ binary: Node.Binary, seesNames: Bool
    ) throws(Fault) -> Grid {
        var groups = LabelGroups(binary.matching, seesNames: seesNames)
        if binary.operation == .or { return try union(left, right, &groups, seesNames) }
        let wanted = binary.operation == .and
        let presence = presence(of: right, &groups)
        var result = left
        for row in left.labels.indices {
            let group = groups.existing(left.labels[row], isNameless: left.isNameless[row])
            for step in 0..<left.width where left.isPresent(row, step) {
                let isThere = group.map { presence[$0 * left.width + step] } ?? false
                if isThere != wanted { result[row, step] = Grid.absent }
            }
        }
        return result.compacted
    }

    private static func union(
        _ left: Grid, _ right: Grid, _ groups: inout LabelGroups, _ seesNames: Bool
    ) throws(Fault) -> Grid {
        let presence = presence(of: left, &groups)
        var result = left
        // With names that are gone beside names that are there, equal names would no longer mean what they did.
        let isMixed = !seesNames && Set(left.isNameless).union(right.isNameless).count > 1
        if isMixed { for row in left.labels.indices { result.relabel(row, left.visible(row)) } }
        for row in right.labels.indices {
            let isNameless = right.isNameless[row]
            let group = groups.existing(right.labels[row], isNameless: isNameless)
            var values = Array(right.row(row))
            if let group {
                for step in values.indices where presence[group * right.width + step] { values[step] = Grid.absent }
            }
            result.append(
                isMixed ? right.visible(row) : right.labels[row], isNameless: isNameless && !isMixed, values)
        }
        // A series of the one side may go on on the other.
        return try Twins.merged(result.compacted, at: 0, seesNames: seesNames)
    }

    /// For each group and step, whether one of its series has a sample.
    private static func presence(of grid: Grid, _ groups: inout LabelGroups) -> [Bool] {
        let rowGroups = grid.labels.indices.map { groups.group(of: grid.labels[$0], isNameless: grid.isNameless[$0]) }
        var presence = Array(repeating: false, count: groups.count * grid.width)
        for row in grid.labels.indices {
            for step in 0..<grid.width where grid.isPresent(row, step) {
                presence[rowGroups[row] * grid.width + step] = true
            }
        }
        return presence
    }
}
