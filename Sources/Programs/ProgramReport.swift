// SPDX-License-Identifier: Apache-2.0

/// What became of a run.
public struct ProgramReport: Hashable, Sendable {
    public enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
        /// It was ended when its time was over.
        case tooLong
        /// It was ended since its task was cancelled.
        case cancelled
        /// Why: one clause.
        case notStarted(String)
        /// The kernel neither starts nor ends it, as when its file is on a server that is away.
        case stuck
    }

    public let ending: Ending
    /// The start of what it printed, for a sentence: on one line.
    public let said: String
    private let run: ProgramRun

    init(_ run: ProgramRun, _ ending: Ending, printed: [UInt8] = []) {
        // Nothing of the input is kept.
        self.run = ProgramRun(program: run.program, arguments: [], input: [], timeout: run.timeout)
        self.ending = ending
        said = String(decoding: printed, as: UTF8.self).firstWords
    }

    /// What went wrong, a clause; nil when it ended with 0.
    public var problem: String? {
        let program = run.program.firstWords
        let words = said.isEmpty ? "" : ": \(said)"
        return switch ending {
        case .exited(0): nil
        case .exited(let code): "\(program) ended with \(code)\(words)"
        case .killed(let signal): "\(program) was ended by signal \(signal)\(words)"
        case .tooLong: "\(program) ran longer than \(run.timeout.inWords) and was killed"
        case .cancelled: "\(program) was killed, as it was called off"
        case .notStarted(let why): "cannot run \(program): \(why)"
        case .stuck: "\(program) can neither be started nor ended; is a file that it needs on a server that is away?"
        }
    }
}

extension String {
    /// Its words on one line, without control characters and bidirectional overrides, cut.
    fileprivate var firstWords: String {
        let limit = 200
        let shown = unicodeScalars.prefix(4096).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Character(" ")
            default: Character(scalar)
            }
        }
        let words = String(shown).split(separator: " ").joined(separator: " ").unicodeScalars
        return words.count > limit ? String(String.UnicodeScalarView(words.prefix(limit - 1))) + "…" : String(words)
    }
}

extension Duration {
    fileprivate var inWords: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds)s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
    }
}
