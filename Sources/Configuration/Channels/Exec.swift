// SPDX-License-Identifier: Apache-2.0
import Notifying
import YAML

extension Exec: ConfiguredChannel {
    static func read(_ reader: inout MappingReader) -> Exec? {
        let program = reader.value("program", expected: "an absolute path, as /usr/local/bin/tell") { text in
            text.hasPrefix("/") && !text.utf8.contains(0) ? text : nil
        }
        if program == nil, reader.value("program") == nil {
            reader.problems.add("\(reader.name): needs program, an absolute path", at: reader.node)
        }
        let arguments = reader.strings("arguments") ?? []
        if arguments.contains(where: { $0.utf8.contains(0) }) { reader.complain("arguments", "one holds a NUL") }
        let timeout = reader.duration("timeout", in: .milliseconds(100) ... .seconds(600)) ?? .seconds(10)
        return program.map { Exec(program: $0, arguments: arguments, timeout: timeout) }
    }
}
