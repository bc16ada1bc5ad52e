// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// Functions between scalars and vectors, and of a vector's order.
enum ShapeFunctions {
    static let all = [
        Function(
            name: "scalar", arguments: [.vector], result: .scalar,
            body: .vector { (site, arguments) throws(Fault) in
                .scalar(single(arguments[0].grid(site.width)))
            }),
        Function(name: "sort", arguments: [.vector], body: sorted { $0 < $1 }),
        Function(
            name: "sort_by_label", arguments: [.vector, .string], optional: 1, isVariadic: true, keepsName: true,
            availability: .experimental, body: sortedByLabel { $0 < $1 }),
        Function(
            name: "sort_by_label_desc", arguments: [.vector, .string], optional: 1, isVariadic: true, keepsName: true,
            availability: .experimental, body: sortedByLabel { $0 > $1 }),
        Function(name: "sort_desc", arguments: [.vector], body: sorted { $0 > $1 }),
        Function(
            name: "vector", arguments: [.scalar],
            body: .vector { (site, arguments) throws(Fault) in
                .vector(Grid(arguments[0].scalars(site.width)))
            }),
    ]

    /// At each step the value of the only series there is, else no number.
    private static func single(_ grid: Grid) -> [Double] {
        (0..<grid.width).map { step in
            let present = grid.labels.indices.filter { grid.isPresent($0, step) }
            return present.count == 1 ? grid[present[0], step] : .nan
        }
    }

    /// What is no number comes last. At several steps there is no one order.
    private static func sorted(_ isBefore: @escaping @Sendable (Double, Double) -> Bool) -> Function.Body {
        .vector { (site, arguments) throws(Fault) in
            let grid = arguments[0].grid(site.width)
            guard site.width == 1 else { return unsorted(grid, &site) }
            return .vector(
                grid.ordered { left, right in
                    let (first, second) = (grid.values[left], grid.values[right])
                    if first.isNaN || second.isNaN { return !first.isNaN && second.isNaN }
                    return isBefore(first, second)
                })
        }
    }

    /// Series of several steps always come in the order of their labels.
    private static func unsorted(_ grid: Grid, _ site: inout CallSite) -> PartValue {
        if site.dialect.version == .three {
            site.notes.add(
                .warning, "sort is ineffective for range queries since results are always ordered by labels",
                at: site.offset)
        }
        return .vector(grid)
    }

    private static func sortedByLabel(
        _ isOrdered: @escaping @Sendable (NaturalOrder, NaturalOrder) -> Bool
    ) -> Function.Body {
        .vector { (site, arguments) throws(Fault) in
            let grid = arguments[0].grid(site.width)
            guard site.width == 1 else { return unsorted(grid, &site) }
            let names = arguments.dropFirst().map(\.string)
            return .vector(
                grid.ordered { left, right in
                    for name in names {
                        let (first, second) = (grid.visible(left)[name] ?? "", grid.visible(right)[name] ?? "")
                        if first != second { return isOrdered(NaturalOrder(text: first), NaturalOrder(text: second)) }
                    }
                    let (first, second) = (grid.visible(left), grid.visible(right))
                    return isOrdered(NaturalOrder(text: "a"), NaturalOrder(text: "b"))
                        ? first.isBefore(second) : second.isBefore(first)
                })
        }
    }
}

/// A text in natural order: runs of digits are compared as numbers, what is between them as text.
struct NaturalOrder: Comparable {
    let text: String

    static func < (left: NaturalOrder, right: NaturalOrder) -> Bool {
        var first = Substring(left.text).utf8
        var second = Substring(right.text).utf8
        while !first.isEmpty, !second.isEmpty {
            let (one, other) = (run(&first), run(&second))
            if one.first?.isDigit == true, other.first?.isDigit == true {
                let numbers = (one.drop { $0 == UInt8(ascii: "0") }, other.drop { $0 == UInt8(ascii: "0") })
                if numbers.0.count != numbers.1.count { return numbers.0.count < numbers.1.count }
                if numbers.0 != numbers.1 { return numbers.0.lexicographicallyPrecedes(numbers.1) }
            } else if one != other {
                return one.lexicographicallyPrecedes(other)
            }
        }
        return first.isEmpty && !second.isEmpty || first.isEmpty && second.isEmpty && left.text < right.text
    }

    /// The digits that a text begins with, or what is before the first of them; moves past it.
    private static func run(_ text: inout Substring.UTF8View) -> [UInt8] {
        let isNumber = text.first?.isDigit == true
        let run = text.prefix { $0.isDigit == isNumber }
        text = text[run.endIndex...]
        return Array(run)
    }
}

extension Grid {
    /// The rows in the order that `isBefore` says of their places; equal ones as they were.
    func ordered(by isBefore: (Int, Int) -> Bool) -> Grid {
        let order = labels.indices.sorted { isBefore($0, $1) || !isBefore($1, $0) && $0 < $1 }
        var result = Grid(width: width, capacity: count)
        for row in order { result.append(labels[row], isNameless: isNameless[row], self.row(row)) }
        return result
    }
}
