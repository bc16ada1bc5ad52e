// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Series in a row of values, one every ten seconds from second 0 on.
struct Rows: SeriesSource {
    private var all: [SeriesPoints] = []

    /// `nil` leaves a point out.
    mutating func add(_ name: String, _ labels: [(String, String)] = [], _ values: [Double?]) {
        let points = values.enumerated().compactMap { index, value in
            value.map { Point(time: Timestamp(milliseconds: Int64(index) * 10_000), value: $0) }
        }
        all.append(SeriesPoints(labels: Labels(name: name, labels), points: points))
    }

    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        all.compactMap { series in
            guard selection.metric == nil || series.labels.name == selection.metric, selection.matches(series.labels)
            else { return nil }
            let points = series.points.filter { $0.time > after && $0.time <= through }
            return points.isEmpty ? nil : SeriesPoints(labels: series.labels, points: points)
        }
    }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        points(of: selection, after: after, through: through, limit: .max).compactMap { series in
            series.points.last.map { SeriesPoint(labels: series.labels, point: $0) }
        }
    }

    /// The answer at `second`, as text: one line a series, or the scalar.
    func ask(_ text: String, at second: Double = 100, as dialect: Dialect = .default) -> String {
        do throws(QueryError) {
            let query = try Query(parsing: text, as: dialect)
            return Self.text(try query.evaluate(at: Timestamp(seconds: second), over: self).value)
        } catch {
            return "error \(error)"
        }
    }

    /// The answer at each step, as text: one line a series, `value@second` for each point.
    func ask(
        _ text: String, from start: Double, through end: Double, step: Double, as dialect: Dialect = .default
    ) -> String {
        do throws(QueryError) {
            let query = try Query(parsing: text, as: dialect)
            let answer = try query.evaluate(
                from: Timestamp(seconds: start), through: Timestamp(seconds: end),
                step: .milliseconds(Int64(step * 1000)), over: self)
            guard case .matrix(let series) = answer.value else { return "no matrix" }
            return series.map { one in
                let points = one.points.map { "\(NumberText.format($0.value))@\(NumberText.format($0.time.seconds))" }
                return "\(one.labels) \(points.joined(separator: " "))"
            }.joined(separator: "\n")
        } catch {
            return "error \(error)"
        }
    }

    /// What is to be known of the answer at `second`.
    func notes(_ text: String, at second: Double = 100, as dialect: Dialect = .default) throws -> [String] {
        let answer = try Query(parsing: text, as: dialect).evaluate(at: Timestamp(seconds: second), over: self)
        return answer.warnings + answer.infos
    }

    private static func text(_ value: QueryValue) -> String {
        switch value {
        case .scalar(let number): NumberText.format(number)
        case .string(let text): "\"\(text)\""
        case .vector(let samples):
            samples.map { "\($0.labels) \(NumberText.format($0.value))" }.joined(separator: "\n")
        case .matrix(let series):
            series.map { "\($0.labels) \($0.points.count)" }.joined(separator: "\n")
        }
    }
}
