// SPDX-License-Identifier: Apache-2.0
import Vocabulary

/// `info`: adds the data labels of info series to the series that they describe.
///
/// Source: Prometheus's documentation: info series are called `target_info` unless a matcher says otherwise, and are
/// identified by `instance` and `job`.
enum InfoFunction {
    static let all = [
        Function(
            name: "info", arguments: [.vector, .vector], optional: 1, keepsName: true, availability: .experimental,
            takesMatchers: true, body: .info)
    ]

    static let identifying = ["instance", "job"]
    /// What info series are called where nothing says it. Silence is right: the pattern is a fixed one.
    static let anyInfo = [try? CompiledMatcher(LabelMatcher(Labels.metricName, .matches, ".+_info"))].compactMap { $0 }
}

extension Evaluator {
    mutating func info(_ call: Node.Call, _ node: Node, _ steps: Steps) throws(Fault) -> Grid {
        let base = try value(of: call.arguments[0], steps).grid(steps.count)
        var matchers: [CompiledMatcher] = []
        if call.arguments.count > 1, case .selector(let selector) = call.arguments[1].kind {
            matchers = selector.matchers
        }
        var names = matchers.filter { $0.matcher.name == Labels.metricName }
        let data = matchers.filter { $0.matcher.name != Labels.metricName }
        // Names that are only refused say of none that it is an info series.
        let isNamed = names.contains { $0.matcher.operation == .equal || $0.matcher.operation == .matches }
        if !names.isEmpty, !isNamed { names += InfoFunction.anyInfo }
        let selector =
            names.isEmpty
            ? Selector(metric: "target_info", matchers: data) : Selector(metric: nil, matchers: names + data)
        let join = InfoJoin(names: names, data: data)
        var groups = LabelGroups(by: InfoFunction.identifying, isBy: true)
        var result = Grid(width: steps.count, capacity: base.count)
        var places: [Labels: Int] = [:]
        for step in 0..<steps.count {
            try checkTime(node)
            let found = newest(selector, steps[step]).filter { !$0.point.isStale }
            try count(found.count, node)
            let newest = try join.newest(found, &groups, node.offset)
            for row in base.labels.indices where base.isPresent(row, step) {
                // A name that goes at the end is still there.
                let labels = base.labels[row]
                let group = groups.existing(base.labels[row], isNameless: base.isNameless[row])
                guard let joined = try join.labels(labels, group.flatMap { newest[$0] } ?? [:], node.offset) else {
                    continue
                }
                if places[joined] == nil { try checkSize(rows: result.count + 1, width: steps.count, node) }
                let place = places[joined] ?? result.appendEmpty(joined, isNameless: base.isNameless[row])
                places[joined] = place
                result[place, step] = base[row, step]
            }
        }
        return result
    }
}

/// Which labels come from which info series.
private struct InfoJoin {
    let names: [CompiledMatcher]
    let data: [CompiledMatcher]

    /// For each group of identifying labels and each name, the info series with the newest sample.
    func newest(
        _ found: [SeriesPoint], _ groups: inout LabelGroups, _ offset: Int
    ) throws(Fault) -> [Int: [String: SeriesPoint]] {
        var newest: [Int: [String: SeriesPoint]] = [:]
        for one in found {
            let group = groups.group(of: one.labels, isNameless: false)
            let name = one.labels.name ?? ""
            if let other = newest[group]?[name] {
                guard other.point.time != one.point.time else {
                    throw Fault("found duplicate series for info metric: \(other.labels), \(one.labels)", at: offset)
                }
                if other.point.time > one.point.time { continue }
            }
            newest[group, default: [:]][name] = one
        }
        return newest
    }

    /// The labels with those of the info series; nil when a matcher asks for a label that no info series has.
    func labels(
        _ labels: Labels, _ series: [String: SeriesPoint], _ offset: Int
    ) throws(Fault) -> Labels? {
        // An info series is not described by another.
        if let name = labels.name, names.isEmpty ? name == "target_info" : names.allSatisfy({ $0.matches(name) }) {
            return labels
        }
        let wanted = Set(data.map(\.matcher.name))
        var added: [String: String] = [:]
        for (_, one) in series.sorted(by: { $0.key < $1.key }) {
            for label in one.labels.all where label.name != Labels.metricName {
                guard !InfoFunction.identifying.contains(label.name), labels[label.name] == nil,
                    wanted.isEmpty || wanted.contains(label.name)
                else { continue }
                if let other = added[label.name], other != label.value {
                    throw Fault("conflicting label \"\(label.name)\" in info series", at: offset)
                }
                added[label.name] = label.value
            }
        }
        if series.isEmpty, !data.allSatisfy({ $0.matches("") }) { return nil }
        return added.reduce(labels) { $0.setting($1.key, to: $1.value) }
    }
}
