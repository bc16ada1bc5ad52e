// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// The corpus's series, for queries to read.
struct CorpusSeries: SeriesSource {
    private let all: [SeriesPoints]
    private let named: [String: [SeriesPoints]]

    init(_ series: [SeriesPoints]) {
        all = series
        named = Dictionary(grouping: series) { $0.labels.name ?? "" }
    }

    func points(
        of selection: SeriesSelection, after: Timestamp, through: Timestamp, limit: Int
    ) -> [SeriesPoints] {
        let candidates = selection.metric.map { named[$0] ?? [] } ?? all
        let isNeeded = selection.isNeeded ?? { _ in true }
        return candidates.filter { selection.matches($0.labels) && isNeeded($0.labels) }.compactMap { series in
            let points = series.points.filter { $0.time > after && $0.time <= through }
            return points.isEmpty ? nil : SeriesPoints(labels: series.labels, points: points)
        }
    }

    func newestPoints(of selection: SeriesSelection, after: Timestamp, through: Timestamp) -> [SeriesPoint] {
        points(of: selection, after: after, through: through, limit: .max).compactMap { series in
            series.points.last.map { SeriesPoint(labels: series.labels, point: $0) }
        }
    }
}
