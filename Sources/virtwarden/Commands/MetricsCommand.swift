// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Daemon
import Sampling
import Terminal

struct MetricsCommand: ParsableCommand {
    /// `OutputForm`, and the form of the file in the repository.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case table, json, csv, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Lists every metric that the agent can show.",
        discussion: """
            Name, type, unit, labels, its collector, and whether it is on by default; in the other forms also the calls \
            of libvirt that it comes from, and its help text. Asks no agent.

            Examples:
              virtwarden metrics
              virtwarden metrics --collector block --output json
            """)

    @Option(help: "Only metrics of this collector, or other part of the page.") var collector: String?
    @Option(help: "table, json, csv or markdown.") var output = Form.table

    func validate() throws {
        let names = Set(Reference.all.map(\.collector))
        guard let collector, !names.contains(collector) else { return }
        throw ValidationError(
            "--collector: there is no \"\(collector)\"; there are \(names.sorted().joined(separator: ", "))")
    }

    func run() {
        let metrics = Reference.all.filter { collector == nil || $0.collector == collector }
        switch output {
        case .table:
            // The rest would not fit on a line.
            var table = TextTable(["NAME", "TYPE", "UNIT", "COLLECTOR", "DEFAULT", "LABELS"], widest: 64)
            for metric in metrics {
                table.add([
                    metric.name, metric.kind, metric.unit, metric.collector, metric.isShown,
                    metric.labels.joined(separator: " "),
                ])
            }
            for line in table.lines { Output.say(line) }
        case .json:
            for metric in metrics { Output.say(JSONLine.text(metric)) }
        case .csv:
            Output.say(CSVLine.text(Reference.columns))
            for metric in metrics { Output.say(CSVLine.text(Reference.cells(of: metric))) }
        case .markdown:
            Output.say(MarkdownReference.text(metrics))
        }
    }
}

/// The file `dashboards/METRICS.md`.
enum MarkdownReference {
    private static let opening = """
        # Metrics

        Every metric that the agent can show; `make reference` writes this file. Series about a domain have the label
        `domain` too, with `sampling.uuid_label` also `uuid`, and with several connections all but the agent's own have
        `host`. A label without a value is left out, and so is a figure that libvirt does not report. `default` says
        whether a metric is there unless the settings say otherwise: `no` needs its collector turned on in `sampling.collectors` (or named in
        `sampling.compat`), the others the key that they name. The figures of `virConnectGetAllDomainStats` are read
        domain by domain where a driver has no such call. With the collector `kumina` the series of `information`,
        `block` and `interface`, and `libvirt_domain_state_code`, have labels more: `uuid`, `source_file` or
        `source_bridge`, and for OpenStack's instances `name`, `flavor` and `project_name`. `libvirt_domain_metadata_info`
        has the labels that `metadata.labels` names.

        """

    static func text(_ metrics: [MetricReference]) -> String {
        let rule = Reference.columns.map { _ in "---" }
        let rows = [Reference.columns, rule] + metrics.map { Reference.cells(of: $0).map(escaped) }
        return opening + "\n" + rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    /// A cell begins and ends at a bar.
    private static func escaped(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
