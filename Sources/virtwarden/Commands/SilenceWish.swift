// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FoundationEssentials
import Terminal
import Vocabulary

/// Who changes something.
struct ChangeAuthor: ParsableArguments {
    @Option(help: "Who; the user's name when left out.") var author: String?

    var name: String { author ?? Environment["SUDO_USER"] ?? Environment["USER"] ?? "unknown" }
}

/// How long something is to be silenced, by whom and why.
struct SilenceWish: ParsableArguments {
    @Option(name: .customLong("for"), help: "How long, as 2h or 1d12h.") var duration: String
    @Option(help: "Why.") var comment: String
    @OptionGroup var by: ChangeAuthor

    func validate() throws {
        guard let length = DurationText.parse(duration), length > .zero, length <= .seconds(366 * 86_400) else {
            throw ValidationError("--for: \"\(duration)\" is no duration up to 366d; give one as 2h or 1d12h")
        }
        guard !comment.isEmpty else { throw ValidationError("--comment: is empty; say why") }
    }

    var who: String { by.name }

    /// When it ends, by the clock here.
    func end() -> Timestamp {
        Timestamp(seconds: Date().timeIntervalSince1970) + (DurationText.parse(duration) ?? .zero)
    }

    func show(_ taken: SilenceTaken) {
        for sentence in taken.warnings ?? [] { Output.complain(sentence) }
        Output.say(taken.silenceID)
    }
}

/// Records as a table, as lines of JSON, or as CSV.
struct RecordList {
    private let heads: [String]
    private let output: OutputForm

    init(_ heads: [String], _ output: OutputForm) {
        self.heads = heads
        self.output = output
    }

    func show<Record: Encodable>(_ records: [Record], _ cells: (Record) -> [String]) {
        switch output {
        case .table:
            var table = TextTable(heads)
            for record in records { table.add(cells(record)) }
            for line in table.lines { Output.say(line) }
        case .json: for record in records { Output.say(JSONLine.text(record)) }
        case .csv:
            Output.say(heads.map { $0.lowercased() }.joined(separator: ","))
            for record in records { Output.say(CSVLine.text(cells(record))) }
        }
    }
}
