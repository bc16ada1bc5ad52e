// SPDX-License-Identifier: Apache-2.0
public import Vocabulary

/// A PromQL expression, parsed and type-checked: all of Prometheus 3's language but native histograms.
public struct Query: Sendable {
    /// The longest text that is read, in bytes.
    public static let longestText = 65_536
    /// How far back an instant selector looks for a sample, unless the dialect says otherwise.
    public static let lookback = Duration.seconds(300)
    /// The most steps of one evaluation over a range.
    public static let mostSteps = 1_000_000
    /// Instants further from 1970 than this are refused, so that no arithmetic on time can overflow.
    static let furthest: Int64 = 1 << 53

    public let text: String
    /// The names its selectors read; nil when a selector has no fixed name.
    public let metricNames: Set<String>?
    /// How far back it reads from the time of evaluation: the longest range (or lookback) plus offset, subqueries added.
    public let reach: Duration
    /// Whether it reads at an instant that `@` fixes, at whatever distance that lies.
    public let readsFixedTime: Bool
    let root: Node
    let dialect: Dialect
    private let selectors: [Selector]

    /// Parses and checks `text`; the error says what is wrong and where.
    public init(parsing text: String, as dialect: Dialect = .default) throws(QueryError) {
        self.dialect = dialect
        guard text.utf8.count <= Self.longestText else {
            throw QueryError("query of \(text.utf8.count) bytes is longer than \(Self.longestText)")
        }
        do {
            let root = try Parser.parse(text, as: dialect)
            try TypeCheck.check(root)
            let found = try Reach(of: root, lookback: dialect.lookback)
            let names = found.selectors.map(\.metric)
            self.root = root
            self.text = text
            selectors = found.selectors
            metricNames = names.contains(nil) ? nil : Set(names.compactMap { $0 })
            reach = .milliseconds(found.back)
            readsFixedTime = found.isFixed
        } catch {
            throw QueryError(error, in: text)
        }
    }

    /// What its selectors select.
    public var selections: [SeriesSelection] { selectors.map(\.selection) }

    /// Whether one of its selectors reads the series `labels`.
    public func reads(_ labels: Labels) -> Bool {
        selectors.contains { ($0.metric == nil || $0.metric == labels.name) && $0.selection.matches(labels) }
    }

    /// The value at `time`, read from `source`.
    public func evaluate(
        at time: Timestamp, over source: some SeriesSource, limits: Limits = .default
    ) throws(QueryError) -> QueryAnswer {
        try answer(over: source, limits, from: time, through: time, step: .zero) { (evaluator) throws(Fault) in
            try evaluator.instantValue(of: root)
        }
    }

    /// The values at `start` and each `step` after it up to `end`, a matrix.
    public func evaluate(
        from start: Timestamp, through end: Timestamp, step: Duration, over source: some SeriesSource,
        limits: Limits = .default
    ) throws(QueryError) -> QueryAnswer {
        guard step.milliseconds > 0 else { throw QueryError("the step must be at least one millisecond") }
        guard start <= end else { throw QueryError("the end lies before the start") }
        guard root.type == .scalar || root.type == .vector else {
            throw QueryError(
                Fault("a query over a range of time gives no \(root.type.rawValue)", at: root.offset), in: text)
        }
        return try answer(over: source, limits, from: start, through: end, step: step) { (evaluator) throws(Fault) in
            .matrix(try evaluator.series(of: root))
        }
    }

    private func answer<Source: SeriesSource>(
        over source: Source, _ limits: Limits, from start: Timestamp, through end: Timestamp, step: Duration,
        _ value: (inout Evaluator<Source>) throws(Fault) -> QueryValue
    ) throws(QueryError) -> QueryAnswer {
        for time in [start, end] where time.milliseconds.magnitude >= UInt64(Self.furthest) {
            throw QueryError("cannot evaluate at \(time.milliseconds) ms: too far from 1970")
        }
        let span = Span(start: start.milliseconds, end: end.milliseconds, step: step.milliseconds)
        let steps = Steps(start: span.start, end: span.end, step: span.step)
        guard steps.count <= Self.mostSteps else {
            throw QueryError("\(steps.count) steps are more than \(Self.mostSteps); make the step longer")
        }
        do {
            var evaluator = Evaluator(source: source, span: span, dialect: dialect, limits: limits)
            let value = try value(&evaluator)
            let (warnings, infos) = evaluator.notes.sentences(in: text)
            return QueryAnswer(value: value, warnings: warnings, infos: infos)
        } catch {
            throw QueryError(error, in: text)
        }
    }
}
