// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `absent`, `absent_over_time`: one series when there is none.
enum AbsentFunction {
    static let all = [
        Function(
            name: "absent", arguments: [.vector],
            body: .vector { (site, arguments) throws(Fault) in
                .vector(absent(arguments[0].grid(site.width), site.call.arguments[0], seen: site.width))
            }),
        Function(name: "absent_over_time", arguments: [.matrix], body: .absentOverTime),
    ]

    /// 1 at the steps at which no series of `grid` is there.
    static func absent(_ grid: Grid, _ argument: Node, seen width: Int) -> Grid {
        var values = Array(repeating: 1.0, count: width)
        for row in grid.labels.indices {
            for step in 0..<width where grid.isPresent(row, step) { values[step] = Grid.absent }
        }
        return Grid(values, labels: labels(of: argument)).compacted
    }

    /// The labels that the missing series would have: those that the selector fixes.
    private static func labels(of argument: Node) -> Labels {
        let selector: Selector
        switch argument.bare.kind {
        case .selector(let one), .range(let one, _): selector = one
        default: return .none
        }
        // The first equation of a label counts until another condition on it follows.
        var fixed: [String: String] = [:]
        var seen: Set<String> = []
        for matcher in selector.matchers.map(\.matcher) where matcher.name != Labels.metricName {
            let isFirst = matcher.operation == .equal && seen.insert(matcher.name).inserted
            fixed[matcher.name] = isFirst ? matcher.value : nil
        }
        return Labels(fixed.map { Label($0.key, $0.value) })
    }
}
