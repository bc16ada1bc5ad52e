// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Operators between a vector and a scalar.
enum VectorArithmetic {
    /// - Parameter isLeft: whether the vector is the left operand.
    static func combine(
        _ grid: Grid, _ numbers: [Double], isLeft: Bool, _ binary: Node.Binary, _ version: Dialect.Version
    ) -> Grid {
        var grid = grid
        let operation = binary.operation
        let filters = operation.isComparison && !binary.returnsBool
        grid.map { value, step in
            let result = isLeft ? operation.apply(value, numbers[step]) : operation.apply(numbers[step], value)
            guard filters else { return result }
            return result == 1 ? value : Grid.absent
        }
        if filters { return grid.compacted }
        if binary.dropsName(version) { grid.dropNames() }
        return grid
    }
}
