// SPDX-License-Identifier: Apache-2.0
package import PromQL
import PrometheusAPI
import Queues
package import SeriesStore
import Vocabulary
package import Web

/// Answers the queries of clients: a few at once, each on a queue of its own, others wait in line.
///
/// A query's time runs from its arrival, so that nothing waits longer than that: whoever is ahead in the line is done by
/// then, or given up.
package actor QueryDesk {
    /// What queries may cost.
    package struct Bounds: Hashable, Sendable {
        package var timeout: Duration
        /// How many run at once.
        package var most: Int

        package init(timeout: Duration = .seconds(30), most: Int = 4) {
            self.timeout = timeout
            self.most = most
        }
    }

    /// Queries that wait beyond those that run.
    private static let longestLine = 64
    /// Points that a query may read, and that its answer may have.
    private static let samples = 10_000_000
    private static let points = 1_000_000

    private nonisolated let store: Store
    private nonisolated let board: RuleBoard
    private var bounds: Bounds
    private(set) var dialect = Dialect.default
    private var idle: [Worker] = []
    private var running = 0
    private var line: [CheckedContinuation<Worker, Never>] = []

    package init(store: Store, board: RuleBoard, bounds: Bounds = Bounds()) {
        self.store = store
        self.board = board
        self.bounds = bounds
    }

    package func adjust(_ bounds: Bounds, as dialect: Dialect) {
        self.bounds = bounds
        self.dialect = dialect
    }

    package func answer(_ request: QueryRequest) async throws(QueryRefusal) -> [UInt8] {
        let (store, board) = (store, board)
        return try await run(within: request.timeout) { end throws(QueryRefusal) in
            let doubts = board.doubts(names: request.query.metricNames, reach: request.reach)
            return try Self.answer(request, over: store, doubts: doubts, end: end)
        }
    }

    package func series(_ request: SeriesRequest) async throws(QueryRefusal) -> [UInt8] {
        let store = store
        return try await run(within: nil) { _ throws(QueryRefusal) in Self.series(request, in: store) }
    }

    private func run(
        within timeout: Duration?, _ body: @escaping @Sendable (Duration) throws(QueryRefusal) -> [UInt8]
    ) async throws(QueryRefusal) -> [UInt8] {
        let end = Duration.monotonic + min(timeout ?? bounds.timeout, bounds.timeout)
        guard let worker = await claim() else {
            throw QueryRefusal(.unavailable, "too many queries run and wait; ask again later")
        }
        defer { release(worker) }
        guard Duration.monotonic < end else {
            throw QueryRefusal(.timeout, "the query's time was over before its turn came; others run")
        }
        return try await worker.run { () throws(QueryRefusal) in try body(end) }
    }

    private func claim() async -> Worker? {
        if running < bounds.most {
            running += 1
            return idle.popLast() ?? Worker()
        }
        guard line.count < Self.longestLine else { return nil }
        return await withCheckedContinuation { line.append($0) }
    }

    private func release(_ worker: Worker) {
        if running <= bounds.most, !line.isEmpty { return line.removeFirst().resume(returning: worker) }
        running -= 1
        if idle.count < bounds.most { idle.append(worker) }
    }

    /// A queue on which one query runs.
    private actor Worker {
        private let executor = QueueExecutor(label: "virtwarden.query")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run(_ body: @Sendable () throws(QueryRefusal) -> [UInt8]) throws(QueryRefusal) -> [UInt8] {
            try body()
        }
    }
}

extension QueryDesk {
    private static func answer(
        _ request: QueryRequest, over store: Store, doubts: [String], end: Duration
    ) throws(QueryRefusal) -> [UInt8] {
        let now = Timestamp.now
        let limits = Limits(samples: samples) { Duration.monotonic > end }
        let answer: QueryAnswer
        do throws(QueryError) {
            switch request.times {
            case .instant(let time):
                answer = try request.query.evaluate(at: time ?? now, over: store, limits: limits)
            case .range(let start, let last, let step):
                answer = try request.query.evaluate(from: start, through: last, step: step, over: store, limits: limits)
            }
        } catch {
            if limits.isOverdue() { throw QueryRefusal(.timeout, "the query took too long") }
            throw QueryRefusal(.execution, error.description)
        }
        guard answer.value.size <= points else {
            throw QueryRefusal(
                .execution, "the answer has \(answer.value.size) points, more than \(points); ask for fewer series")
        }
        var warnings = answer.warnings + doubts
        let value = answer.value.cut(to: request.limit)
        if value.count < answer.value.count { warnings.append("only \(request.limit) series are shown, as was asked") }
        var time = now
        if case .instant(let asked?) = request.times { time = asked }
        return PrometheusJSON.answer(value, warnings: warnings, infos: answer.infos, at: time)
    }

    private static func series(_ request: SeriesRequest, in store: Store) -> [UInt8] {
        let end = request.end ?? Timestamp.now
        // A point at the start counts.
        let after = request.start.map { $0 - .milliseconds(1) } ?? Timestamp(milliseconds: 0)
        var found: Set<Labels> = []
        for selection in request.selections {
            found.formUnion(store.newestPoints(of: selection, after: after, through: end).map(\.labels))
        }
        func cut<T>(_ all: [T]) -> [T] { request.limit == 0 ? all : Array(all.prefix(request.limit)) }
        switch request.wanted {
        case .series:
            let sorted = found.map { (key: $0.description, labels: $0) }.sorted { $0.key < $1.key }
            return PrometheusJSON.series(cut(sorted.map(\.labels)))
        case .names: return PrometheusJSON.names(cut(Set(found.flatMap { $0.all.map(\.name) }).sorted()))
        case .values(let name): return PrometheusJSON.names(cut(Set(found.compactMap { $0[name] }).sorted()))
        }
    }
}

extension SeriesRequest {
    fileprivate var selections: [SeriesSelection] {
        guard !selectors.isEmpty else { return [SeriesSelection(metric: nil) { _ in true }] }
        return selectors.flatMap(\.selections)
    }
}

extension QueryRequest {
    /// How far back from now it reads.
    fileprivate var reach: Duration {
        let start: Timestamp? =
            switch times {
            case .instant(let time): time
            case .range(let start, _, _): start
            }
        return query.reach + max(start.map { .now - $0 } ?? .zero, .zero)
    }
}

extension QueryValue {
    /// How many series it has.
    fileprivate var count: Int {
        switch self {
        case .scalar, .string: 1
        case .vector(let samples): samples.count
        case .matrix(let series): series.count
        }
    }

    /// Its first `limit` series; all of them for 0.
    fileprivate func cut(to limit: Int) -> QueryValue {
        switch self {
        case .vector(let samples) where limit > 0: .vector(Array(samples.prefix(limit)))
        case .matrix(let series) where limit > 0: .matrix(Array(series.prefix(limit)))
        default: self
        }
    }

    /// How many points it has.
    fileprivate var size: Int {
        switch self {
        case .scalar, .string: 1
        case .vector(let samples): samples.count
        case .matrix(let series): series.reduce(0) { $0 + $1.points.count }
        }
    }
}
