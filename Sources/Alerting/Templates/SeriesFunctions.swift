// SPDX-License-Identifier: Apache-2.0
import PromQL
import Vocabulary

/// Functions of series, and of the place where a template runs.
enum SeriesFunctions {
    typealias Function = TemplateFunctions.Function

    static let all: [String: Function] = [
        "query": Function(parameters: [.string], cost: 2000) { (values, scope) throws(TemplateFailure) in
            guard let query = scope.query else { throw TemplateFailure("there are no series to read here") }
            return .samples(try query(values[0].text))
        },
        "first": Function(parameters: [.samples]) { (values, _) throws(TemplateFailure) in
            guard let first = values[0].series.first else {
                throw TemplateFailure("first() called on vector with no elements")
            }
            return .sample(first)
        },
        "label": Function(parameters: [.string, .sample]) { (values, _) in
            .string(values[1].labels[values[0].text] ?? "")
        },
        "value": Function(parameters: [.sample]) { (values, _) in
            if case .sample(let sample) = values[0] { .number(sample.value) } else { .missing }
        },
        "strvalue": Function(parameters: [.sample]) { (values, _) in .string(values[0].labels["__value__"] ?? "") },
        "sortByLabel": Function(parameters: [.string, .samples]) { (values, _) in
            let (name, samples) = (values[0].text, values[1].series)
            let keyed = samples.map { Array(($0.labels[name] ?? "").utf8) }
            let order = samples.indices.sorted {
                keyed[$0] == keyed[$1] ? $0 < $1 : keyed[$0].lexicographicallyPrecedes(keyed[$1])
            }
            return .samples(order.map { samples[$0] })
        },
        "args": .many { values in
            .arguments(Dictionary(uniqueKeysWithValues: values.enumerated().map { ("arg\($0.offset)", $0.element) }))
        },
        "graphLink": .text { "/graph?g0.expr=\(GoText.query($0))&g0.tab=0" },
        "tableLink": .text { "/graph?g0.expr=\(GoText.query($0))&g0.tab=1" },
        "externalURL": Function(parameters: []) { (_, scope) in .string(scope.externalURL) },
        "pathPrefix": Function(parameters: []) { (_, scope) in .string(path(of: scope.externalURL)) },
        "now": Function(parameters: []) { (_, scope) in .number(scope.time.seconds) },
    ]

    /// The path of a URL.
    private static func path(of url: String) -> String {
        guard let host = url.firstRange(of: "://") else { return url }
        let path = url[host.upperBound...].drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
        return String(path)
    }
}

extension TemplateValue {
    fileprivate var series: [VectorSample] { if case .samples(let samples) = self { samples } else { [] } }

    fileprivate var labels: Labels { if case .sample(let sample) = self { sample.labels } else { .none } }
}

extension TemplateScope {
    /// Evaluates a template's `query` over `source` at `time`.
    static func querying(
        _ source: some SeriesSource, at time: Timestamp, as dialect: Dialect = .default
    ) -> Querying {
        { (text) throws(TemplateFailure) in
            do throws(QueryError) {
                switch try Query(parsing: text, as: dialect).evaluate(at: time, over: source).value {
                case .vector(let samples): return samples
                case .scalar(let value): return [VectorSample(labels: .none, value: value, time: time)]
                case .string, .matrix: throw QueryError("its answer is neither an instant vector nor a scalar")
                }
            } catch {
                throw TemplateFailure(error.description)
            }
        }
    }
}
