// SPDX-License-Identifier: Apache-2.0
import Remediation
import YAML

/// A policy's `snapshot`, `exec`, `webhook` and `evidence`: what its steps may use besides the domain.
extension ActionMeans {
    init(_ reader: inout MappingReader, _ settings: Settings) {
        self.init()
        snapshot = reader.string("snapshot")
        if let command = reader.strings("exec"), let program = command.first, reader.requirePrograms("exec", settings) {
            if command.contains(where: { $0.utf8.contains(0) }) {
                reader.complain("exec", "one of its texts holds a NUL")
            } else if !program.hasPrefix("/") {
                reader.complain("exec", "the program's path must be absolute, as in [\"/usr/local/bin/repair\"]")
            } else {
                self.command = command
            }
        }
        if let url = reader.string("webhook") {
            if url.hasPrefix("http://") || url.hasPrefix("https://") {
                webhook = url
            } else {
                reader.complain("webhook", "must be an http or https address")
            }
        }
        if var section = reader.mapping("evidence") {
            evidence = Evidence(&section)
            section.end()
        }
    }

    /// What a step of the ladder needs and the policy does not give, a clause; nil when nothing is missing.
    func missing(for action: String) -> String? {
        switch action {
        case "snapshot-revert" where snapshot == nil: "snapshot-revert needs snapshot, the name of one"
        case "exec" where command.isEmpty: "exec needs exec, a program and its arguments"
        case "webhook" where webhook == nil: "webhook needs webhook, an address"
        default: nil
        }
    }
}

extension Evidence {
    fileprivate init(_ reader: inout MappingReader) {
        self.init()
        directory = reader.path(of: "directory")
        takesScreenshot = reader.bool("screenshot") ?? false
        if let keep = reader.int("keep", in: 1...100) { self.keep = keep }
        if var section = reader.mapping("core_dump") {
            var dump = CoreDump()
            if let causes = section.causes() { dump.causes = causes }
            if let bytes = section.int("max_bytes", in: 1...Int.max) { dump.maxBytes = UInt64(bytes) }
            if let bytes = section.int("keep_free", in: 0...Int.max) { dump.reserve = UInt64(bytes) }
            if let timeout = section.duration("timeout", in: .seconds(1) ... .seconds(3600)) { dump.timeout = timeout }
            coreDump = dump
            section.end()
        }
        if directory == nil, takesScreenshot || coreDump != nil {
            reader.complain("directory", "is missing; name the directory that evidence is kept in")
        }
    }
}
