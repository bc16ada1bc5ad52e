// SPDX-License-Identifier: Apache-2.0

extension RuleFile {
    /// Rules of one file that write the same series or make the same alerts, each said once.
    ///
    /// Not wrong, since their expressions may exclude each other; promtool warns as well.
    public static func duplicates(in groups: [RuleGroup]) -> [String] {
        var counts: [[String]: Int] = [:]
        var order: [([String], Rule)] = []
        for rule in groups.flatMap(\.rules) {
            let labels = rule.labels.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value.text] }
            let key = [rule.kind == .alert ? "alert" : "record", rule.name] + labels
            if counts[key] == nil { order.append((key, rule)) }
            counts[key, default: 0] += 1
        }
        return order.compactMap { key, rule in
            guard let count = counts[key], count > 1 else { return nil }
            return "\(count) rules have the \(key[0]) \(rule.name) and the same labels: they make the same series"
        }
    }
}
