// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// A PromQL expression, parsed and type-checked; Prometheus 3's meaning (ranges exclude their older end).
///
/// Not part of the language here: subqueries, `@`, histogram functions. Each is refused with its place.
public struct Query: Sendable {
    /// The longest text that is read, in bytes.
    public static let longestText = 65_536
    /// How far back an instant selector looks for a sample.
    public static let lookback = Duration.seconds(300)
    /// Instants further from 1970 than this are refused, so that no arithmetic on time can overflow.
    private static let furthest: Int64 = 1 << 53

    public let text: String
    /// The names its selectors read; nil when a selector has no fixed name.
    public let metricNames: Set<String>?
    /// How far back it reads: the longest range (or lookback) plus offset.
    public let reach: Duration
    let root: Node
    private let selectors: [Selector]

    let dialect: Dialect

    /// Parses and checks `text`; the error says what is wrong and where.
    public init(parsing text: String, as dialect: Dialect = .default) throws(QueryError) {
        self.dialect = dialect
        guard text.utf8.count <= Self.longestText else {
            throw QueryError("query of \(text.utf8.count) bytes is longer than \(Self.longestText)")
        }
        do {
            let root = try Parser.parse(text)
            try TypeCheck.check(root)
            let selectors = root.selectors
            let names = selectors.map(\.selector.metric)
            self.root = root
            self.selectors = selectors.map(\.selector)
            self.text = text
            metricNames = names.contains(nil) ? nil : Set(names.compactMap { $0 })
            reach =
                selectors.map { ($0.range ?? Self.lookback) + $0.selector.offset }.max().map { max($0, .zero) } ?? .zero
        } catch {
            throw QueryError(error, in: text)
        }
    }

    /// Whether one of its selectors reads the series `labels`.
    public func reads(_ labels: Labels) -> Bool {
        selectors.contains { ($0.metric == nil || $0.metric == labels.name) && $0.selection.matches(labels) }
    }

    /// The value at `time`, read from `source`.
    public func evaluate(
        at time: Timestamp, over source: some SeriesSource, limits: Limits = .default
    ) throws(QueryError) -> QueryAnswer {
        guard time.milliseconds.magnitude < UInt64(Self.furthest) else {
            throw QueryError("cannot evaluate at \(time.milliseconds) ms: too far from 1970")
        }
        do {
            var evaluator = Evaluator(source: source, time: time, limits: limits)
            return QueryAnswer(value: try evaluator.result(of: root), warnings: [], infos: [])
        } catch {
            throw QueryError(error, in: text)
        }
    }

    /// The values at `start` and each `step` after it up to `end`, a matrix.
    public func evaluate(
        from start: Timestamp, through end: Timestamp, step: Duration, over source: some SeriesSource,
        limits: Limits = .default
    ) throws(QueryError) -> QueryAnswer {
        var points: [Labels: [Point]] = [:]
        var time = start
        while time <= end {
            switch try evaluate(at: time, over: source, limits: limits).value {
            case .scalar(let value): points[.none, default: []].append(Point(time: time, value: value))
            case .vector(let samples):
                for sample in samples {
                    points[sample.labels, default: []].append(Point(time: time, value: sample.value))
                }
            case .string, .matrix: throw QueryError("a range query needs a scalar or an instant vector")
            }
            time = time + step
        }
        let series = points.map { SeriesPoints(labels: $0.key, points: $0.value) }
        return QueryAnswer(value: .matrix(series), warnings: [], infos: [])
    }
}
