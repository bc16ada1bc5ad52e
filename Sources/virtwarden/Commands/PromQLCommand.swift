// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct PromQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promql", abstract: "Runs PromQL, without an agent.", subcommands: [PromQLEvalCommand.self])
}

struct PromQLEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluates expressions over series that are given with them.",
        discussion: """
            Reads a JSON object a line and answers each, in order, with a line in the form of Prometheus's HTTP API. A \
            line's "load" lists series, each with labels, an interval and values, the first of them at time 0; a value is \
            a number, a text such as "NaN" or "+Inf", "stale", or null for none. Its "eval" is of kind "instant", with \
            expr and time, or "range", with expr, start, end and step. All times are in milliseconds. Its "id" comes \
            back with the answer. No line sees what another has loaded.

            Examples:
              echo '{"id": 1, "load": [{"labels": {"__name__": "up"}, "interval": 60000, "values": [1, 0]}], \
            "eval": {"kind": "instant", "expr": "sum_over_time(up[5m])", "time": 60000}}' | virtwarden promql eval
            """)

    @OptionGroup var options: DialectOptions

    func run() {
        let dialect = options.dialect
        var lines = LineReader()
        while let line = lines.next() {
            switch line {
            case .whole(let bytes): Output.say(EvaluationLine.answer(to: bytes, as: dialect))
            case .tooLong:
                Output.say(EvaluationLine.refusal("the line is longer than \(LineReader.longestLine) bytes"))
            }
        }
    }
}
