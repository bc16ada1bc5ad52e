// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import Vocabulary

/// A query's value as Prometheus's HTTP API writes it: the object `data` of an answer.
struct QueryData: Encodable {
    private enum Key: CodingKey {
        case resultType, result
    }

    let value: QueryValue
    /// When it was asked: the time of a scalar or a string.
    let time: Timestamp

    init(_ value: QueryValue, at time: Timestamp) {
        self.value = value
        self.time = time
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch value {
        case .scalar(let number):
            try container.encode("scalar", forKey: .resultType)
            try container.encode(Pair(time, Self.text(number)), forKey: .result)
        case .string(let text):
            try container.encode("string", forKey: .resultType)
            try container.encode(Pair(time, text), forKey: .result)
        case .vector(let samples):
            try container.encode("vector", forKey: .resultType)
            try container.encode(samples.map(Sample.init), forKey: .result)
        case .matrix(let series):
            try container.encode("matrix", forKey: .resultType)
            try container.encode(series.map(Series.init), forKey: .result)
        }
    }

    /// Plain digits from 1e-6 up to 1e21, an exponent outside.
    static func text(_ number: Double) -> String {
        let size = number.magnitude
        return size != 0 && (size < 1e-6 || size >= 1e21) ? NumberText.format(number) : NumberText.plain(number)
    }

    /// A time in seconds, and what was then.
    private struct Pair: Encodable {
        let seconds: Double
        let text: String

        init(_ time: Timestamp, _ text: String) {
            seconds = time.seconds
            self.text = text
        }

        init(_ point: Point) {
            self.init(point.time, QueryData.text(point.value))
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(seconds)
            try container.encode(text)
        }
    }

    private struct Sample: Encodable {
        let metric: [String: String]
        let value: Pair

        init(_ sample: VectorSample) {
            metric = QueryData.metric(sample.labels)
            value = Pair(sample.time, QueryData.text(sample.value))
        }
    }

    private struct Series: Encodable {
        let metric: [String: String]
        let values: [Pair]

        init(_ series: SeriesPoints) {
            metric = QueryData.metric(series.labels)
            values = series.points.map(Pair.init)
        }
    }

    private static func metric(_ labels: Labels) -> [String: String] {
        Dictionary(labels.all.map { ($0.name, $0.value) }) { $1 }
    }
}
