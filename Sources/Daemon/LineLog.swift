// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Logging
import Vocabulary

/// Writes each log message as one line on standard error, as text or JSON.
///
/// Names in messages are untrusted: control characters, line separators and bidirectional overrides are escaped, so
/// that a domain's name can neither forge a line nor move the cursor.
package struct LineLog: LogHandler {
    package enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: Format
    private let write: @Sendable (String) -> Void

    package init(
        level: Logger.Level, format: Format, write: @escaping @Sendable (String) -> Void = LineLog.toStandardError
    ) {
        self.format = format
        self.write = write
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        fields.merge(event.metadata ?? [:]) { $1 }
        let pairs = fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let time = Timestamp.now.rfc3339
        let text: String
        switch format {
        case .text:
            let level = event.level.rawValue.uppercased()
            text =
                ([time, level, event.message.description.asOneLine]
                + pairs.map { "\($0.0)=\($0.1.quotedForLog)" }).joined(separator: " ")
        case .json:
            let all =
                [("time", time), ("level", event.level.rawValue), ("message", event.message.description)] + pairs
            text = "{" + all.map { "\($0.0.asJSON):\($0.1.asJSON)" }.joined(separator: ",") + "}"
        }
        write(text)
    }

    /// One line on standard error, in one call, so that lines of several threads do not mix.
    package static func toStandardError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // A log that nobody can read any more is no reason to stop: the result is ignored.
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}

extension String {
    /// As a field's value: one plain word as it is, all else in quotes, with a backslash before each quote and backslash.
    ///
    /// By scalar: a combining mark makes one character of what it follows, and a quote with one is no `"` to Swift.
    var quotedForLog: String {
        let isPlain = !unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" }
        guard isEmpty || !isPlain else { return asOneLine }
        var escaped = Substring.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped.append("\\") }
            escaped.append(scalar)
        }
        return "\"" + String(escaped).asOneLine + "\""
    }

    var asJSON: String {
        var result = "\""
        for scalar in unicodeScalars.prefix(4000) {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.isUnsafeInLine && scalar.value <= 0xFFFF:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
