// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Rows of cells in aligned columns. Cells are untrusted: what could move a cursor is shown as an escape.
public struct TextTable: Sendable {
    public let header: [String]
    private var rows: [[String]] = []
    /// The widest a column gets; longer cells are cut.
    private let widest: Int

    public init(_ header: [String], widest: Int = 40) {
        self.header = header
        self.widest = widest
    }

    /// Missing cells are empty, cells beyond the header's are left out.
    public mutating func add(_ cells: [String]) {
        rows.append(header.indices.map { $0 < cells.count ? cut(cells[$0].asOneLine) : "" })
    }

    /// The lines of the table, the header first.
    public var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                line += cell
                if column < cells.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func cut(_ cell: String) -> String {
        cell.count <= widest ? cell : cell.prefix(widest - 1) + "…"
    }
}
