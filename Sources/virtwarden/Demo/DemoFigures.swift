// SPDX-License-Identifier: Apache-2.0
import Daemon
import Vocabulary

/// Picks single numbers of domains from what the agent shows.
struct DemoFigures {
    private var values: [String: (value: Double, time: Timestamp)] = [:]

    init(_ board: Board) {
        for batch in board.snapshot(at: .now).batches {
            for (series, value) in zip(batch.layout.series, batch.values) {
                guard let domain = series.labels["domain"] else { continue }
                values["\(series.family.name) \(domain)"] = (value, batch.time)
            }
        }
    }

    func value(_ family: String, _ domain: String) -> Double? {
        values["\(family) \(domain)"]?.value
    }

    /// The increase a second since `before`; nil for a domain that has no number, or whose counter began anew.
    func rate(_ family: String, _ domain: String, since before: DemoFigures) -> Double? {
        guard let now = values["\(family) \(domain)"], let old = before.values["\(family) \(domain)"],
            now.time > old.time, now.value >= old.value
        else { return nil }
        return (now.value - old.value) / (now.time - old.time).inSeconds
    }
}
