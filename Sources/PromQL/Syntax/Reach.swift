// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// What a tree reads, and when: found by walking it once.
struct Reach {
    var selectors: [Selector] = []
    /// How far before the time of evaluation it reads, in milliseconds.
    var back: Int64 = 0
    /// Whether it reads at a fixed instant, which may lie at any distance.
    var isFixed = false

    private let lookback: Int64

    /// At one instant: `step()` and `range()` are 0.
    init(of root: Node, lookback: Duration) throws(Fault) {
        self.lookback = lookback.milliseconds
        try walk(root, before: 0)
    }

    private mutating func walk(_ node: Node, before distance: Int64) throws(Fault) {
        switch node.kind {
        case .selector(let selector):
            let extra = selector.edges == .plain ? lookback : lookback * 2
            try note(selector, distance + extra, node)
        case .range(let selector, let range):
            let length = try range.milliseconds(in: .init(), at: node.offset)
            try note(selector, distance + length + (selector.edges == .plain ? 0 : lookback), node)
        case .subquery(let subquery):
            let length = try subquery.range.milliseconds(in: .init(), at: node.offset)
            try walk(subquery.inner, before: distance + length + shift(subquery.shift, node))
        default:
            for child in node.children { try walk(child, before: distance) }
        }
    }

    private mutating func note(_ selector: Selector, _ distance: Int64, _ node: Node) throws(Fault) {
        selectors.append(selector)
        back = max(back, distance + (try shift(selector.shift, node)))
    }

    private mutating func shift(_ shift: Shift, _ node: Node) throws(Fault) -> Int64 {
        if case .at = shift.fixed { isFixed = true }
        return try shift.back?.milliseconds(in: .init(), at: node.offset) ?? 0
    }
}
