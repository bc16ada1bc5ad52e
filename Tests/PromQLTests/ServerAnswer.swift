// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import PromQL
import Vocabulary

/// What Prometheus, or we, say to an expression.
enum ServerAnswer: Sendable {
    struct Row: Sendable {
        let labels: [String: String]
        let points: [Point]
    }

    case refused(String)
    case scalar(Double)
    case string(String)
    case rows(type: String, [Row])

    init(_ answer: QueryAnswer) {
        switch answer.value {
        case .scalar(let value): self = .scalar(value)
        case .string(let text): self = .string(text)
        case .vector(let samples):
            self = .rows(
                type: "vector",
                samples.map { Row(labels: Self.names($0.labels), points: [Point(time: $0.time, value: $0.value)]) })
        case .matrix(let series):
            self = .rows(type: "matrix", series.map { Row(labels: Self.names($0.labels), points: $0.points) })
        }
    }

    private static func names(_ labels: Labels) -> [String: String] {
        Dictionary(labels.all.map { ($0.name, $0.value) }) { $1 }
    }

    /// How `ours` differs from this; nil when it does not.
    func difference(to ours: ServerAnswer, of one: Corpus.Case) -> String? {
        switch (self, ours) {
        case (.refused, .refused): return nil
        case (.refused(let reason), _): return "only Prometheus refuses: \(reason)"
        case (_, .refused(let reason)): return "only we refuse: \(reason)"
        case (.scalar(let left), .scalar(let right)):
            return Self.isSame(left, right) ? nil : "Prometheus \(left), we \(right)"
        case (.string(let left), .string(let right)): return left == right ? nil : "Prometheus \(left), we \(right)"
        case (.rows(let type, let left), .rows(let other, let right)):
            return type == other
                ? Self.difference(left, right, one, hasOrder: type == "vector" && one.hasOrder)
                : "Prometheus a \(type), we a \(other)"
        default: return "another type: Prometheus \(self), we \(ours)"
        }
    }

    private static func difference(_ left: [Row], _ right: [Row], _ one: Corpus.Case, hasOrder: Bool) -> String? {
        if hasOrder {
            let values = (left.flatMap(\.points).map(\.value), right.flatMap(\.points).map(\.value))
            if !values.0.elementsEqual(values.1, by: isSame) {
                return "Prometheus in order \(values.0), we \(values.1)"
            }
        }
        if one.isOpen { return left.count == right.count ? nil : "Prometheus \(left.count) series, we \(right.count)" }
        let theirs = Dictionary(left.map { ($0.labels, $0.points) }) { $1 }
        for row in right {
            guard let points = theirs[row.labels] else { return "only we have \(row.labels)" }
            for (index, pair) in zip(points, row.points).enumerated() where !isSame(pair.0, pair.1) {
                return "\(row.labels), point \(index): Prometheus \(text(pair.0)), we \(text(pair.1))"
            }
            guard points.count == row.points.count else {
                return "\(row.labels): Prometheus \(points.count) points, we \(row.points.count)"
            }
        }
        guard Set(right.map(\.labels)).count == left.count else {
            let ours = Set(right.map(\.labels))
            return "only Prometheus has \(theirs.keys.filter { !ours.contains($0) })"
        }
        return left.count == right.count ? nil : "we have a series twice"
    }

    private static func text(_ point: Point) -> String {
        "\(point.value) at \(point.time.milliseconds) ms"
    }

    private static func isSame(_ left: Point, _ right: Point) -> Bool {
        left.time == right.time && isSame(left.value, right.value)
    }

    /// To nine digits: sums are made in another order.
    private static func isSame(_ left: Double, _ right: Double) -> Bool {
        if left == right || (left.isNaN && right.isNaN) { return true }
        return (left - right).magnitude <= 1e-9 * max(left.magnitude, right.magnitude)
    }
}

extension ServerAnswer: Decodable {
    private enum Key: CodingKey {
        case status, error, data, resultType, result, metric, value, values
    }

    init(from decoder: any Decoder) throws {
        let answer = try decoder.container(keyedBy: Key.self)
        guard try answer.decode(String.self, forKey: .status) == "success" else {
            self = .refused(try answer.decode(String.self, forKey: .error))
            return
        }
        let data = try answer.nestedContainer(keyedBy: Key.self, forKey: .data)
        switch try data.decode(String.self, forKey: .resultType) {
        case "scalar": self = .scalar(try data.decode(Pair.self, forKey: .result).point.value)
        case "string": self = .string(try data.decode(Pair.self, forKey: .result).text)
        case let type: self = .rows(type: type, try data.decode([Row].self, forKey: .result))
        }
    }

    /// A time in seconds, and a text.
    fileprivate struct Pair: Decodable {
        let seconds: Double
        let text: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            seconds = try container.decode(Double.self)
            text = try container.decode(String.self)
        }

        var point: Point { Point(time: Timestamp(seconds: seconds), value: Double(text) ?? .nan) }
    }
}

extension ServerAnswer.Row: Decodable {
    private enum Key: CodingKey {
        case metric, value, values
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Key.self)
        labels = try row.decode([String: String].self, forKey: .metric)
        let pairs =
            try row.decodeIfPresent([ServerAnswer.Pair].self, forKey: .values)
            ?? [try row.decode(ServerAnswer.Pair.self, forKey: .value)]
        points = pairs.map(\.point)
    }
}
