// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

extension LogLine: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> LogLine? {
        var line = LogLine()
        if let text = reader.template("text") { line.text = text }
        return line
    }
}
