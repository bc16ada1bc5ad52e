// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Terminal
import Vocabulary

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Evaluates a PromQL expression over a running agent's series.",
        discussion: """
            Asks the agent at --url for the value now, or at --at. With --start and --end, for the values at each --step \
            between them. Times are seconds since 1970 or as 2026-01-31T12:00:00Z. What the agent warns of goes to standard \
            error. Exits with 4 when no agent answers, with 1 when it refuses.

            Examples:
              virtwarden query 'ALERTS{alertstate="firing"}'
              virtwarden query 'libvirt_domain_info_vstate' --output csv
              virtwarden query 'count(ALERTS)' --start 2026-01-31T12:00:00Z --end 2026-01-31T13:00:00Z --step 1m
            """)

    @Argument(help: "The expression.") var expression: String
    @OptionGroup var agent: AgentOptions
    @Option(help: "The instant; now when left out.") var at: String?
    @Option(help: "The first instant of a range.") var start: String?
    @Option(help: "The last instant of a range.") var end: String?
    @Option(help: "How far its instants are apart, as 15s or 5m.") var step: String?
    @Option(help: "How many series, at most.") var limit: Int?
    @Option(help: "How long the agent may take, as 10s.") var timeout: String?
    @Option(help: "table, json or csv.") var output = OutputForm.table

    func validate() throws {
        let isRange = [start, end, step].contains { $0 != nil }
        if isRange, start == nil || end == nil || step == nil {
            throw ValidationError("--start, --end and --step go together")
        }
        if isRange, at != nil {
            throw ValidationError("--at is one instant; leave it out, or --start, --end and --step")
        }
        for (name, text) in [("at", at), ("start", start), ("end", end)] {
            if let text, Timestamp(parsing: text) == nil {
                throw ValidationError(
                    "--\(name): \"\(text)\" is no time; give seconds since 1970 or 2026-01-31T12:00:00Z")
            }
        }
        for (name, text) in [("step", step), ("timeout", timeout)] {
            if let text, DurationText.parse(text) == nil, Double(text) == nil {
                throw ValidationError("--\(name): \"\(text)\" is no duration; give one as 30s or 1h30m")
            }
        }
    }

    func run() async throws {
        let options = [
            ("query", expression), ("time", at), ("start", start), ("end", end), ("step", step),
            ("limit", limit.map { "\($0)" }), ("timeout", timeout),
        ].compactMap { name, value in value.map { (name, $0) } }
        let path = start == nil ? "/api/v1/query" : "/api/v1/query_range"
        let answer = try await AgentClient(agent).answer(QueryResult.self, path, options)
        for sentence in (answer.warnings ?? []) + (answer.infos ?? []) { Output.complain(sentence) }
        if let data = answer.data { show(data) }
    }

    private func show(_ result: QueryResult) {
        switch output {
        case .table:
            // A series whose labels are cut off cannot be told from the next.
            var table = TextTable(["SERIES", "TIME", "VALUE"], widest: 10_000)
            for row in result.rows { table.add([row.labels.description, row.time, row.value]) }
            for line in table.lines { Output.say(line) }
        case .json:
            for row in result.rows { Output.say(JSONLine.text(row)) }
        case .csv:
            Output.say("series,time,value")
            for row in result.rows { Output.say(CSVLine.text([row.labels.description, row.time, row.value])) }
        }
    }
}

/// What `/api/v1/query` and `/api/v1/query_range` answer.
struct QueryResult: Decodable {
    /// One point.
    struct Row: Encodable {
        let labels: Labels
        let time: String
        let value: String

        private enum CodingKeys: CodingKey {
            case metric, time, value
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            let pairs = labels.all.map { ($0.name, $0.value) }
            try container.encode(Dictionary(pairs) { first, _ in first }, forKey: .metric)
            try container.encode(time, forKey: .time)
            try container.encode(value, forKey: .value)
        }
    }

    private struct Series: Decodable {
        let metric: [String: String]
        let value: Point?
        let values: [Point]?
    }

    private struct Point: Decodable {
        let time: Double
        let value: String

        init(from decoder: any Decoder) throws {
            var pair = try decoder.unkeyedContainer()
            time = try pair.decode(Double.self)
            value = try pair.decode(String.self)
        }
    }

    private enum CodingKeys: CodingKey {
        case resultType, result
    }

    let rows: [Row]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .resultType) {
        case "scalar", "string": rows = [Self.row(.none, try container.decode(Point.self, forKey: .result))]
        default:
            rows = try container.decode([Series].self, forKey: .result).flatMap { series in
                let labels = Labels(series.metric.map { Label($0.key, $0.value) })
                return ((series.values ?? []) + [series.value].compactMap { $0 }).map { Self.row(labels, $0) }
            }
        }
    }

    private static func row(_ labels: Labels, _ point: Point) -> Row {
        Row(labels: labels, time: Timestamp(seconds: point.time).rfc3339, value: point.value)
    }
}
