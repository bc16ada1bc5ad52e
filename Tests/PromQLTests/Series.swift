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
    func ask(_ text: String, at second: Double = 100) -> String {
        do throws(QueryError) {
            let value = try Query(parsing: text).evaluate(at: Timestamp(seconds: second), over: self).value
            switch value {
            case .scalar(let number): return NumberText.format(number)
            case .string(let text): return "\"\(text)\""
            case .vector(let samples):
                return samples.map { "\($0.labels) \(NumberText.format($0.value))" }.joined(separator: "\n")
            case .matrix(let series):
                return series.map { "\($0.labels) \($0.points.count)" }.joined(separator: "\n")
            }
        } catch {
            return "error \(error)"
        }
    }
}
