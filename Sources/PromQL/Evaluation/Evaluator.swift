// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// One series on the way through an evaluation.
struct Sample {
    var labels: Labels
    var value: Double
}

/// What a part of a query gives.
enum PartValue {
    case scalar(Double)
    case string(String)
    case vector([Sample])

    var scalar: Double {
        if case .scalar(let value) = self { value } else { .nan }
    }

    var string: String {
        if case .string(let text) = self { text } else { "" }
    }

    var vector: [Sample] {
        if case .vector(let samples) = self { samples } else { [] }
    }
}

/// Walks a checked tree at one instant.
struct Evaluator<Source: SeriesSource> {
    private let source: Source
    let time: Timestamp
    private let limits: Limits
    private var samples = 0

    init(source: Source, time: Timestamp, limits: Limits) {
        self.source = source
        self.time = time
        self.limits = limits
    }

    mutating func result(of root: Node) throws(Fault) -> QueryValue {
        if case .range(let selector, let range) = root.bare.kind {
            return .matrix(
                try ranges(selector, range, at: root.offset).map { SeriesPoints(labels: $0.labels, points: $0.points) })
        }
        switch try value(of: root) {
        case .scalar(let value): return .scalar(value)
        case .string(let text): return .string(text)
        case .vector(let samples):
            return .vector(samples.map { VectorSample(labels: $0.labels, value: $0.value, time: time) })
        }
    }

    mutating func value(of node: Node) throws(Fault) -> PartValue {
        switch node.kind {
        case .number(let value): return .scalar(value)
        case .string(let text): return .string(text)
        case .selector(let selector):
            return .vector(
                try bounded(
                    instants(selector, at: node.offset).map { Sample(labels: $0.labels, value: $0.point.value) }, node))
        case .range: throw Fault("a range vector can't stand here", at: node.offset)
        case .parentheses(let inner), .plus(let inner): return try value(of: inner)
        case .negation(let inner): return try negated(value(of: inner), node)
        case .binary(let binary): return try self.binary(binary, node)
        case .call(let call): return try self.call(call, node)
        case .aggregation(let one):
            let parameter = try one.parameter.map { (node) throws(Fault) in try value(of: node) }
            let operand = try value(of: one.operand).vector
            return .vector(try Aggregation.fold(operand, one, parameter, at: node.offset))
        }
    }

    private func negated(_ value: PartValue, _ node: Node) throws(Fault) -> PartValue {
        guard case .vector(let samples) = value else { return .scalar(-value.scalar) }
        return .vector(try distinct(samples.map { Sample(labels: $0.labels.withoutName, value: -$0.value) }, node))
    }

    private mutating func binary(_ binary: Node.Binary, _ node: Node) throws(Fault) -> PartValue {
        let left = try value(of: binary.left)
        let right = try value(of: binary.right)
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)): return .scalar(binary.operation.apply(left, right))
        case (.vector(let samples), .scalar(let number)):
            return .vector(try distinct(VectorArithmetic.combine(samples, number, isLeft: true, binary), node))
        case (.scalar(let number), .vector(let samples)):
            return .vector(try distinct(VectorArithmetic.combine(samples, number, isLeft: false, binary), node))
        default:
            let result =
                binary.operation.isSet
                ? VectorArithmetic.set(left.vector, right.vector, binary)
                : try VectorArithmetic.match(left.vector, right.vector, binary, at: node.offset)
            return .vector(try bounded(result, node))
        }
    }

    private mutating func call(_ call: Node.Call, _ node: Node) throws(Fault) -> PartValue {
        switch call.function.body {
        case .constant(let body): return .scalar(body(time))
        case .map(let body):
            let arguments = try values(of: call.arguments)
            let numbers = arguments.dropFirst().map(\.scalar)
            let mapped = arguments[0].vector.map {
                Sample(labels: $0.labels.withoutName, value: body($0.value, numbers))
            }
            return .vector(try distinct(mapped, node))
        case .vector(let body):
            return try body(values(of: call.arguments), call, time)
        case .timestamps:
            return .vector(try distinct(timestamps(of: call.arguments[0]), node))
        case .range(let body): return .vector(try over(call, node, body))
        case .absentOverTime:
            guard case .range(let selector, let range) = call.arguments[0].bare.kind else { return .vector([]) }
            let isThere = try ranges(selector, range, at: node.offset).contains { !$0.points.isEmpty }
            return .vector(isThere ? [] : [Sample(labels: AbsentFunction.labels(of: selector), value: 1)])
        }
    }

    private mutating func values(of nodes: [Node]) throws(Fault) -> [PartValue] {
        var values: [PartValue] = []
        for node in nodes { values.append(try value(of: node)) }
        return values
    }

    /// `timestamp()` of a selector is when each sample was taken, of anything else the time of evaluation.
    private mutating func timestamps(of argument: Node) throws(Fault) -> [Sample] {
        if case .selector(let selector) = argument.bare.kind {
            return try instants(selector, at: argument.offset).map {
                Sample(labels: $0.labels.withoutName, value: $0.point.time.seconds)
            }
        }
        return try value(of: argument).vector.map { Sample(labels: $0.labels.withoutName, value: time.seconds) }
    }

    /// A function of one range vector, with scalars before and after it.
    private mutating func over(
        _ call: Node.Call, _ node: Node, _ body: RangeFunction
    ) throws(Fault) -> [Sample] {
        var numbers: [Double] = []
        var window: (selector: Selector, range: Duration)?
        for argument in call.arguments {
            if case .range(let selector, let range) = argument.bare.kind {
                window = (selector, range)
            } else {
                numbers.append(try value(of: argument).scalar)
            }
        }
        guard let window else { return [] }
        let end = time - window.selector.offset
        let found = try ranges(window.selector, window.range, at: node.offset).compactMap { series -> Sample? in
            let range = RangeWindow(points: series.points, end: end, length: window.range, evaluated: time)
            guard !series.points.isEmpty, let value = body(range, numbers) else { return nil }
            return Sample(labels: call.function.keepsName ? series.labels : series.labels.withoutName, value: value)
        }
        return try distinct(found, node)
    }

    // MARK: Reading series

    /// The newest point of each series within the lookback; one that ended has none.
    private mutating func instants(
        _ selector: Selector, at offset: Int
    ) throws(Fault) -> [(labels: Labels, point: Point)] {
        let through = time - selector.offset
        let found = source.newestPoints(of: selector.selection, after: through - Query.lookback, through: through)
        try count(found.count, series: found.count, at: offset)
        return found.compactMap { $0.point.isStale ? nil : ($0.labels, $0.point) }.sorted {
            $0.labels.isBefore($1.labels)
        }
    }

    /// The points of each series in the window, which excludes its older end; markers of an end are left out.
    private mutating func ranges(
        _ selector: Selector, _ range: Duration, at offset: Int
    ) throws(Fault) -> [SeriesPoints] {
        let through = time - selector.offset
        let found = source.points(
            of: selector.selection, after: through - range, through: through, limit: limits.samples - samples)
        try count(found.reduce(0) { $0 + $1.points.count }, series: found.count, at: offset)
        return found.map { SeriesPoints(labels: $0.labels, points: $0.points.filter { !$0.isStale }) }
            .filter { !$0.points.isEmpty }.sorted { $0.labels.isBefore($1.labels) }
    }

    private mutating func count(_ points: Int, series: Int, at offset: Int) throws(Fault) {
        samples += points
        guard samples <= limits.samples else {
            throw Fault("the query reads more than \(limits.samples) samples; narrow its selectors", at: offset)
        }
        guard series <= limits.series else {
            throw Fault("a selector finds more than \(limits.series) series; narrow it", at: offset)
        }
    }

    private func bounded(_ samples: [Sample], _ node: Node) throws(Fault) -> [Sample] {
        guard samples.count <= limits.series else {
            throw Fault("more than \(limits.series) series on the way", at: node.offset)
        }
        return samples
    }

    /// Series that only their names told apart can't stay in one vector once the names are dropped.
    private func distinct(_ samples: [Sample], _ node: Node) throws(Fault) -> [Sample] {
        var seen = Set<Labels>(minimumCapacity: samples.count)
        for sample in samples where !seen.insert(sample.labels).inserted {
            throw Fault("the result has two series with the labels \(sample.labels)", at: node.offset)
        }
        return try bounded(samples, node)
    }
}

extension Labels {
    /// An order that does not depend on how a store keeps its series.
    func isBefore(_ other: Labels) -> Bool {
        for (left, right) in zip(all, other.all) where left != right {
            return left.name != right.name ? left.name < right.name : left.value < right.value
        }
        return all.count < other.all.count
    }
}
