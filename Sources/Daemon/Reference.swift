// SPDX-License-Identifier: Apache-2.0
package import Sampling
import Vocabulary

/// The reference of all that a page can show.
package enum Reference {
    /// By name.
    package static let all: [MetricReference] =
        (MetricReference.all
        + HostFigures.families.map { MetricReference($0, part: "rounds", source: "the agent") }
        + OwnFigures.families.map { MetricReference($0, part: "agent", source: "the agent") })
        .sorted { $0.name < $1.name }

    /// Columns of a table, and a row of it for each metric; the labels are one cell.
    package static let columns = [
        "name", "type", "unit", "labels", "source", "collector", "default", "help",
    ]

    package static func cells(of metric: MetricReference) -> [String] {
        [
            metric.name, metric.kind, metric.unit, metric.labels.joined(separator: " "), metric.source,
            metric.collector, metric.isShown, metric.help,
        ]
    }
}
