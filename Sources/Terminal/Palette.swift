// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Colours of text on a terminal, or none: `NO_COLOR`, `TERM=dumb` and output that is no terminal take them away.
public struct Palette: Sendable {
    public enum Tone: String, Sendable {
        case plain = "0"
        case strong = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case warning = "33"
        case accent = "36"
    }

    public let isColoured: Bool

    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// For standard output, as the environment has it (https://no-color.org).
    public init(environment: [String: String]) {
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isatty(STDOUT_FILENO) == 1 && !refused && environment["TERM"] != "dumb"
    }

    public func paint(_ text: String, _ tone: Tone) -> String {
        isColoured && tone != .plain ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }
}
