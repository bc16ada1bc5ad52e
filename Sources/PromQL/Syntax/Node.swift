// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The four types of the language.
enum ValueType: String {
    case scalar
    case string
    case vector = "instant vector"
    case matrix = "range vector"
}

/// One expression and the place where it begins.
struct Node: Sendable {
    indirect enum Kind: Sendable {
        case number(Double)
        case string(String)
        case selector(Selector)
        case range(Selector, TimeSpan)
        case subquery(Subquery)
        case parentheses(Node)
        case negation(Node)
        case plus(Node)
        case binary(Binary)
        case call(Call)
        case aggregation(Aggregation)
    }

    struct Subquery: Sendable {
        let inner: Node
        let range: TimeSpan
        /// nil for the dialect's own.
        let step: TimeSpan?
        var shift = Shift()
    }

    struct Binary: Sendable {
        let operation: BinaryOperator
        let left: Node
        let right: Node
        /// Whether a comparison gives 0 and 1 instead of filtering.
        let returnsBool: Bool
        let matching: VectorMatching

        /// Whether what it gives has no metric's name; Prometheus 2 forgets to drop it after `atan2`.
        func dropsName(_ version: Dialect.Version) -> Bool {
            if operation == .atan2, version == .two { return false }
            return !operation.isComparison || returnsBool
        }
    }

    struct Call: Sendable {
        let function: Function
        let arguments: [Node]
    }

    struct Aggregation: Sendable {
        let operation: Aggregator
        let parameter: Node?
        let operand: Node
        let grouping: Grouping
    }

    let kind: Kind
    let offset: Int
    /// Levels of expressions from here down; bounded, so that no walk over the tree runs out of stack.
    let depth: Int
    /// Whether it gives the same at every step: all that it reads stands at a fixed time.
    let isInvariant: Bool

    init(_ kind: Kind, at offset: Int, depth: Int) {
        self.kind = kind
        self.offset = offset
        self.depth = depth
        isInvariant = Self.isInvariant(kind)
    }

    var type: ValueType {
        switch kind {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregation: .vector
        case .range, .subquery: .matrix
        case .parentheses(let inner), .negation(let inner), .plus(let inner): inner.type
        case .binary(let binary): binary.left.type == .scalar && binary.right.type == .scalar ? .scalar : .vector
        case .call(let call): call.function.result
        }
    }

    /// Where its text begins; the offset of an operation is that of its operator.
    var start: Int {
        if case .binary(let binary) = kind { binary.left.start } else { offset }
    }

    var children: [Node] { Self.children(of: kind) }

    static func children(of kind: Kind) -> [Node] {
        switch kind {
        case .number, .string, .selector, .range: []
        case .parentheses(let inner), .negation(let inner), .plus(let inner): [inner]
        case .subquery(let subquery): [subquery.inner]
        case .binary(let binary): [binary.left, binary.right]
        case .call(let call): call.arguments
        case .aggregation(let one): [one.parameter, one.operand].compactMap { $0 }
        }
    }

    private static func isInvariant(_ kind: Kind) -> Bool {
        switch kind {
        case .selector(let selector), .range(let selector, _): selector.shift.fixed != nil
        case .subquery(let subquery): subquery.shift.fixed != nil
        case .call(let call) where call.function.dependsOnTime(arguments: call.arguments.count): false
        default: children(of: kind).allSatisfy(\.isInvariant)
        }
    }

    /// Without the parentheses around it.
    var bare: Node {
        if case .parentheses(let inner) = kind { return inner.bare }
        return self
    }
}

/// Which labels make a group: those of `by`, or all but those of `without` and the name.
struct Grouping: Sendable {
    var isWithout = false
    var labels: [String] = []
}

/// How the series of two vectors find each other.
struct VectorMatching: Sendable {
    enum Cardinality: Sendable {
        case oneToOne, manyToOne, oneToMany
    }

    /// `on` (true) or `ignoring` (false).
    var isOn = false
    var labels: [String] = []
    var cardinality = Cardinality.oneToOne
    /// Labels that `group_left` or `group_right` copy from the "one" side.
    var include: [String] = []
    /// Whether `on` or `ignoring` was written.
    var isWritten = false
    /// What stands for a series that one side lacks (Prometheus's `promql-binop-fill-modifiers`).
    var fillLeft: Double?
    var fillRight: Double?
}
