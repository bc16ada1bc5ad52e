// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// The parameters of the query API, as Prometheus reads them; others are passed over, since clients send some of their own.
extension PageRequest {
    /// Points that one series of a range query may have, less one.
    private static let mostSteps: Int64 = 11_000
    /// The most selectors of one request.
    private static let mostSelectors = 64

    /// The first value of the parameter `name` that is not empty.
    private func value(_ name: String) -> String? {
        query.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    func instantQuery(as dialect: Dialect) throws(QueryRefusal) -> QueryRequest {
        QueryRequest(
            query: try expression(dialect), times: .instant(try time("time")), timeout: try duration("timeout"),
            limit: try limit())
    }

    func rangeQuery(as dialect: Dialect) throws(QueryRefusal) -> QueryRequest {
        guard let start = try time("start") else { throw missing("start", "a time") }
        guard let end = try time("end") else { throw missing("end", "a time") }
        guard start <= end else { throw QueryRefusal(badData: "end: lies before start") }
        guard let step = try duration("step") else { throw missing("step", "a duration, or seconds") }
        guard step.milliseconds > 0 else { throw QueryRefusal(badData: "step: must be a millisecond or longer") }
        guard (end - start).milliseconds / step.milliseconds <= Self.mostSteps else {
            throw QueryRefusal(badData: "step: makes more than 11,000 points a series; take a longer one")
        }
        let query = try expression(dialect)
        guard query.canHaveSteps else {
            throw QueryRefusal(badData: "query: a range query needs an instant vector or a scalar")
        }
        return QueryRequest(
            query: query, times: .range(start: start, end: end, step: step), timeout: try duration("timeout"),
            limit: try limit())
    }

    /// `needsSelector`: `match[]` must be there.
    func seriesRequest(_ wanted: SeriesRequest.Wanted, needsSelector: Bool) throws(QueryRefusal) -> SeriesRequest {
        let texts = values("match[]")
        guard texts.count <= Self.mostSelectors else {
            throw QueryRefusal(badData: "match[]: is there more than \(Self.mostSelectors) times")
        }
        if needsSelector, texts.isEmpty { throw QueryRefusal(badData: "match[]: a selector is needed") }
        var selectors: [Query] = []
        for text in texts { selectors.append(try selector(text)) }
        return SeriesRequest(
            wanted: wanted, selectors: selectors, start: try time("start"), end: try time("end"), limit: try limit())
    }

    private func expression(_ dialect: Dialect) throws(QueryRefusal) -> Query {
        guard let text = value("query") else { throw missing("query", "an expression") }
        return try parsed(text, as: "query", dialect)
    }

    private func selector(_ text: String) throws(QueryRefusal) -> Query {
        let query = try parsed(text, as: "match[]")
        // Only of a selector can a range be taken.
        guard query.canHaveSteps, (try? Query(parsing: text + "\n[1s]")) != nil else {
            throw QueryRefusal(badData: "match[]: is no selector, such as up{job=\"a\"}")
        }
        return query
    }

    private func parsed(
        _ text: String, as name: String, _ dialect: Dialect = .default
    ) throws(QueryRefusal) -> Query {
        do throws(QueryError) {
            return try Query(parsing: text, as: dialect)
        } catch {
            throw QueryRefusal(badData: "\(name): \(error)")
        }
    }

    private func time(_ name: String) throws(QueryRefusal) -> Timestamp? {
        guard let text = value(name) else { return nil }
        guard let time = Timestamp(parsing: text) else {
            throw QueryRefusal(badData: "\(name): expected seconds since 1970, or a time such as 2026-01-31T12:00:00Z")
        }
        return time
    }

    private func duration(_ name: String) throws(QueryRefusal) -> Duration? {
        guard let text = value(name) else { return nil }
        if let duration = DurationText.parse(text) { return duration }
        guard !text.lowercased().contains("x"), let seconds = Double(text), seconds.magnitude < 1e12 else {
            throw QueryRefusal(badData: "\(name): expected a duration such as 30s or 1h30m, or seconds")
        }
        return .milliseconds(Int64((seconds * 1000).rounded(.down)))
    }

    private func limit() throws(QueryRefusal) -> Int {
        guard let text = value("limit") else { return 0 }
        guard let limit = Int(text), limit >= 0 else { throw QueryRefusal(badData: "limit: expected a number, or 0") }
        return limit
    }

    private func missing(_ name: String, _ what: String) -> QueryRefusal {
        QueryRefusal(badData: "\(name): is missing; give \(what)")
    }
}

extension Query {
    /// Whether its value is a vector or a scalar, which shows over a store that holds nothing.
    fileprivate var canHaveSteps: Bool {
        guard let answer = try? evaluate(at: Timestamp(milliseconds: 0), over: NoSeries()) else {
            // What fails even so fails where it is asked for, and says why.
            return true
        }
        return switch answer.value {
        case .scalar, .vector: true
        case .string, .matrix: false
        }
    }
}

/// A store that holds nothing.
private struct NoSeries: SeriesSource {
    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] { [] }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] { [] }
}
